"""What may be answered to somebody who signs in or keeps accounts; the words are shown to them."""

from __future__ import annotations

from ivr.kernel.errors import HotlineError
from ivr.kernel.people import AccountName
from ivr.kernel.units import Seconds

MINUTE = 60


class NotSignedIn(HotlineError):
    """Nobody has signed in here, or they have been away for too long."""

    id = "not-signed-in"

    def __init__(self) -> None:
        super().__init__("请先登录")


class WrongCredentials(HotlineError):
    """Name, password or code is wrong; which of them is not told."""

    id = "wrong-credentials"

    def __init__(self, message: str = "账号或口令不对") -> None:
        super().__init__(message)


class TooManyTries(HotlineError):
    """Somebody guesses, or has forgotten; `wait` tells when to try again."""

    id = "too-many-tries"

    def __init__(self, wait: Seconds) -> None:
        super().__init__(f"错误次数太多，请{max(1, round(wait / MINUTE))}分钟后再试")
        self.wait = wait


class NotAllowed(HotlineError):
    """The role does not reach that far."""

    id = "not-allowed"

    def __init__(self, message: str = "您的角色不能做这件事") -> None:
        super().__init__(message)


class OutOfScope(NotAllowed):
    """The row belongs to another unit or level than the account's."""

    id = "out-of-scope"

    def __init__(self, what: str) -> None:
        super().__init__(f"“{what}”不在您负责的范围内")


class NoSuchAccount(HotlineError):
    """Nobody has this name."""

    id = "no-such-account"

    def __init__(self, name: AccountName) -> None:
        super().__init__(f"没有“{name}”这个账号")
        self.name = name


class BadName(HotlineError):
    """The name can not be one of an account."""

    id = "bad-name"

    def __init__(self) -> None:
        super().__init__("账号由2到32个小写字母、数字或 . _ - 组成，以字母开头")


class BadScope(HotlineError):
    """The unit does not exist, or level and unit do not belong together."""

    id = "bad-scope"


class WeakPassword(HotlineError):
    """The password would be guessed; the message says what is missing."""

    id = "weak-password"


class CodeIsOn(HotlineError):
    """Another secret in the place of the one in force takes the password: it is switched off."""

    id = "code-is-on"

    def __init__(self) -> None:
        super().__init__("动态验证码已经启用；要换一个，请先用口令停用")


class LastAdministrator(HotlineError):
    """Without another administrator nobody could keep accounts any more."""

    id = "last-administrator"

    def __init__(self) -> None:
        super().__init__("这是最后一个在用的管理员，先设另一个管理员再改")


class NotYourself(HotlineError):
    """Somebody else has to do this to an account."""

    id = "not-yourself"

    def __init__(self) -> None:
        super().__init__("不能改自己的角色或停用自己，请由另一位管理员来改")
