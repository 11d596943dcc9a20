"""What may be answered to somebody who works on the table; each is an expected end."""

from __future__ import annotations

from ivr.kernel.errors import HotlineError
from ivr.kernel.people import AccountName
from ivr.tables.values import ProposalId
from routing.diff import Conflict
from routing.ids import TableVersion
from routing.problem import Problem


class TableRefused(HotlineError):
    """The table would leave somebody stuck; `problems` says where, for the administrator."""

    id = "table-refused"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.sentence for problem in problems))
        self.problems = problems


class NoSuchTable(HotlineError):
    """No table was published under this number."""

    id = "no-such-table"

    def __init__(self, version: TableVersion) -> None:
        super().__init__(f"没有发布过第{version}版")
        self.version = version


class VersionTaken(HotlineError):
    """Another table was published under this number; publish again under the next."""

    id = "version-taken"

    def __init__(self, version: TableVersion) -> None:
        super().__init__(f"第{version}版已经是另一份派单目录")
        self.version = version


class NothingPublished(HotlineError):
    """There is no table to make a draft from: `hotline init` publishes the first."""

    id = "nothing-published"

    def __init__(self) -> None:
        super().__init__("还没有发布过派单目录，请先运行 hotline init")


class NoDraft(HotlineError):
    """The editor has no draft."""

    id = "no-draft"

    def __init__(self, editor: AccountName) -> None:
        super().__init__(f"{editor} 没有草稿，请先建立草稿")
        self.editor = editor


class DraftMoved(HotlineError):
    """The draft has been changed since it was looked at (in another window); look again."""

    id = "draft-moved"

    def __init__(self, editor: AccountName) -> None:
        super().__init__("草稿在别处改过了，请刷新后再改")
        self.editor = editor


class NoSuchRow(HotlineError):
    """The sheet has no row of this key."""

    id = "no-such-row"

    def __init__(self, sheet: str, key: tuple[str, ...]) -> None:
        super().__init__(f"{sheet}里没有“{' '.join(key)}”这一行")
        self.sheet, self.key = sheet, key


class RowTaken(HotlineError):
    """Another row of the sheet has this key already."""

    id = "row-taken"

    def __init__(self, sheet: str, key: tuple[str, ...]) -> None:
        super().__init__(f"{sheet}里已经有“{' '.join(key)}”这一行")
        self.sheet, self.key = sheet, key


class NotSpoken(HotlineError):
    """Clips of the table could not be rendered: callers would hear a gap in their place."""

    id = "not-spoken"

    def __init__(self, unspoken: tuple[str, ...]) -> None:
        named = "；".join(unspoken[:5])
        more = f"等{len(unspoken)}句" if len(unspoken) > 5 else ""
        super().__init__(
            f"这些提示音没有渲染成功：{named}{more}。可以改写后再提交，或选择录不出来也照样发布"
        )
        self.unspoken = unspoken


class NothingChanged(HotlineError):
    """The draft is the table in force: there is nothing to publish."""

    id = "nothing-changed"

    def __init__(self) -> None:
        super().__init__("草稿与在用的派单目录相同，没有可发布的改动")


class BaseMoved(HotlineError):
    """Another version was published since the draft was made: rebase it, look, submit again."""

    id = "base-moved"

    def __init__(self, base: TableVersion, active: TableVersion) -> None:
        super().__init__(f"草稿基于第{base}版，现在在用的是第{active}版，请先合并再提交")
        self.base, self.active = base, active


class Conflicts(HotlineError):
    """Somebody else changed the same rows; each needs a choice between mine and theirs."""

    id = "conflicts"

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        rows = "、".join(f"{each.sheet} {' '.join(each.key)}" for each in conflicts)
        super().__init__(f"有{len(conflicts)}行两边都改过：{rows}")
        self.conflicts = conflicts


class NoSuchProposal(HotlineError):
    """There is no proposal of this number."""

    id = "no-such-proposal"

    def __init__(self, proposal: ProposalId) -> None:
        super().__init__(f"没有第{proposal}号发布申请")
        self.proposal = proposal


class ProposalMoved(HotlineError):
    """The proposal was decided meanwhile, by somebody or by its time."""

    id = "proposal-moved"

    def __init__(self, proposal: ProposalId, state: str) -> None:
        super().__init__(f"第{proposal}号发布申请已经不在原来的状态（现在：{state}）")
        self.proposal, self.state = proposal, state


class OwnProposal(HotlineError):
    """Nobody approves what they proposed themselves."""

    id = "own-proposal"

    def __init__(self) -> None:
        super().__init__("提交人不能审批自己的申请，须由另一人审批")


class BadMoment(HotlineError):
    """No time to publish at: gone by, or beyond what anybody plans."""

    id = "bad-moment"


class NotPublished(HotlineError):
    """The table could not be put in force; nothing has changed."""

    id = "not-published"
