"""The words of the login pages, in English and Chinese; `{...}` is filled in by the pages.

Errors are found by the code of the AccessError, so that each says the same in both languages.
"""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT = "en"

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "html_lang": "en",
        "other_lang": "zh",
        "other_name": "中文",
        "tagline": "Every order, from payment to the doorstep.",
        "pitch": "Where it is, when it arrives, and what needs a hand now.",
        "stages": "Paid|Packed|Picked up|In transit|Out for delivery|Delivered",
        "login_title": "Sign in",
        "name": "Account",
        "password": "Password",
        "login_submit": "Sign in",
        "forgot": "Forgot your password? An administrator can give you a one-time link.",
        "first_start": "Waypost is not set up yet. Open the one-time link that it printed in the terminal "
        "when it started. It is good for 30 minutes; restart Waypost for a new one.",
        "link_title": "Set your password",
        "link_lead": "You are signing in as {name}. This link works once.",
        "new_password": "New password",
        "repeat": "The same again",
        "password_hint": "At least 12 characters. Three or four unrelated words are easy to remember.",
        "link_submit": "Set password and sign in",
        "over_title": "This link no longer works",
        "to_login": "To the sign-in page",
        "logout_title": "Sign out?",
        "logout_lead": "You are signed in as {name}. Your open pages close within a few seconds.",
        "logout_submit": "Sign out",
        "back": "Back to Waypost",
        "session_over": "Your session is over.",
        "session_over_remedy": "Reload the page to sign in again.",
        "wrong": "Account and password do not match. Check both, also the keyboard layout and Caps Lock.",
        "limited": "Too many attempts. Wait {minutes} min, then try again.",
        "foreign_origin": "This form was not sent from this page. Open the page again and fill it in there. "
        "Behind a proxy: it must pass on the Host header.",
        "form_odd": "The form could not be read. Open the page again and fill it in.",
        "no_database": "The database cannot be reached, so nobody can sign in. Try again shortly; "
        "an administrator can run waypost doctor.",
        "mismatch": "The two passwords differ. Type the same one twice.",
        "password_short": "The password is too short. Use at least 12 characters.",
        "password_long": "The password is too long. Use at most 200 characters.",
        "password_weak": "The password is easy to guess. Do not repeat one character and do not use "
        "the account's name.",
        "link_over": "It was used already or is older than 30 minutes. Restart Waypost to print a new one, "
        "or ask an administrator for one.",
    },
    "zh": {
        "html_lang": "zh-CN",
        "other_lang": "en",
        "other_name": "English",
        "tagline": "每一单，从付款到签收。",
        "pitch": "货到哪了、几时送达、此刻哪里要人跟进。",
        "stages": "已付款|已打包|已揽收|运输中|派送中|已签收",
        "login_title": "登录",
        "name": "账号",
        "password": "密码",
        "login_submit": "登录",
        "forgot": "忘记密码？请管理员给你发一个一次性登录链接。",
        "first_start": "系统还没有初始化。请打开启动时终端里显示的一次性链接，30 分钟内有效；"
        "过期后重新启动 Waypost 即可得到新链接。",
        "link_title": "设置密码",
        "link_lead": "你将以 {name} 登录。此链接只能使用一次。",
        "new_password": "新密码",
        "repeat": "再输一次",
        "password_hint": "至少 12 个字符。用三四个互不相干的词组成，好记又安全。",
        "link_submit": "设置密码并登录",
        "over_title": "链接已失效",
        "to_login": "前往登录页",
        "logout_title": "要退出登录吗？",
        "logout_lead": "当前账号：{name}。退出后，已打开的页面会在几秒内断开。",
        "logout_submit": "退出登录",
        "back": "返回 Waypost",
        "session_over": "登录已失效。",
        "session_over_remedy": "请刷新页面，重新登录。",
        "wrong": "账号或密码不正确。请检查输入，留意输入法和大写锁定键。",
        "limited": "尝试次数过多，请等 {minutes} 分钟后再试。",
        "foreign_origin": "这份表单不是从本页提交的，请重新打开页面填写。若经过反向代理，代理须原样传递 Host 请求头。",
        "form_odd": "表单内容无法读取，请重新打开页面填写。",
        "no_database": "数据库连接不上，暂时无法登录。请稍后再试；管理员可运行 waypost doctor 检查。",
        "mismatch": "两次输入的密码不一致，请重新输入。",
        "password_short": "密码太短，至少需要 12 个字符。",
        "password_long": "密码太长，最多 200 个字符。",
        "password_weak": "密码太容易被猜到。不要重复同一个字符，也不要用账号名。",
        "link_over": "它已被使用，或已超过 30 分钟。请重新启动 Waypost 获取新链接，或请管理员再发一个。",
    },
}


def choose_language(asked: str, accept_language: str) -> str:
    """The language of a page: what the address asks for, else the browser's first that we have."""
    for tag in (asked, *_by_preference(accept_language)):
        primary = tag.strip().lower().split("-")[0]
        if primary in TEXTS:
            return primary
    return DEFAULT


def _by_preference(accept_language: str) -> Iterable[str]:
    weighted = []
    for place, part in enumerate(accept_language[:500].split(",")):
        tag, _, quality = part.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        weighted.append((-weight, place, tag))
    return [tag for weight, _, tag in sorted(weighted) if weight < 0]
