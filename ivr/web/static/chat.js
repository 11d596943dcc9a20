// Comfort only: the chat works without this file.
"use strict";

// Enter sends, as in every other chat; Shift and Enter begin a line. While a Chinese input method
// is choosing characters, Enter is its own.
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.id === "line";
  if (!typing || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit(event.target.form.querySelector("button.main"));
});

// The answer comes into view.
function showLast() {
  document.querySelector("#log > p:last-child")?.scrollIntoView({ block: "nearest" });
  document.getElementById("answer")?.scrollIntoView({ block: "end" });
}

document.addEventListener("htmx:afterSettle", showLast);
document.addEventListener("DOMContentLoaded", () => {
  if (document.querySelector("#log > p") !== null) showLast();
});
