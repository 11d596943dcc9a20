// Comfort only: every page works without this file.
"use strict";

// -- keys -----------------------------------------------------------------------------------
// Single keys can be switched off (they get in the way of speech input); the choice is kept here.
const OFF = "hotline-keys-off";

function keysAreOff() {
  return localStorage.getItem(OFF) === "yes";
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable], audio, dialog[open]") !== null;
}

function go(selector) {
  const link = document.querySelector(selector);
  if (link === null) return false;
  if (link.matches("input")) link.focus();
  else link.click();
  return true;
}

const KEYS = {
  "/": () => go("[data-key='/']") || go("a[data-key='d']"),
  "?": showHelp,
};

function showHelp() {
  const help = document.getElementById("keys");
  if (help === null) return false;
  help.showModal();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || keysAreOff()) return;
  if (!(event.target instanceof Element) || isTyping(event.target)) return;
  const act = KEYS[event.key] ?? (/^[a-z]$/.test(event.key) ? () => go(`a[data-key='${event.key}']`) : null);
  if (act !== null && act()) event.preventDefault();
});

document.addEventListener("DOMContentLoaded", () => {
  const on = document.getElementById("keys-on");
  if (on !== null) {
    on.checked = !keysAreOff();
    on.addEventListener("change", () => localStorage.setItem(OFF, on.checked ? "no" : "yes"));
  }
  for (const opener of document.querySelectorAll("[data-opens]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
  }
});

// -- one sound at a time ----------------------------------------------------------------------
document.addEventListener("play", (event) => {
  for (const other of document.querySelectorAll("audio")) {
    if (other !== event.target) other.pause();
  }
}, true);

// -- asked before it is done --------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  const words = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (words && !window.confirm(words)) event.preventDefault();
});
