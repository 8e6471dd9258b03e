"""The table of what secrets look like: names that say so, and the shapes of well-known tokens.

The one table of the project; secrets.py asks it. A new kind of token is one line here: the words by which it
is found (every token of the kind contains one of them) and its pattern.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

# -- names ---------------------------------------------------------------------------------

_KEYS = (
    "api", "access", "private", "secret", "signing", "encryption", "master", "service", "account", "shared",
    "subscription", "license", "deploy", "ssh", "admin", "auth", "webhook", "consumer", "hmac",
)  # fmt: skip
"""Keys that open something; a primary key does not."""
_TOKENS = (
    "auth", "access", "refresh", "id", "bot", "api", "bearer", "session", "github", "gitlab", "gitea", "slack",
    "npm", "pypi", "user", "csrf", "xsrf", "jwt", "oauth", "personal", "private", "deploy", "registry",
    "service", "account", "admin", "app", "security", "vault", "device", "push", "webhook", "verification",
    "reset", "invite", "login", "secret", "hf", "openai", "discord", "telegram", "linear", "notion", "figma",
    "sentry", "jira", "cloudflare", "heroku", "netlify", "vercel",
)  # fmt: skip
"""Tokens that open something; those of paging and counting do not."""
SECRET_NAME = re.compile(
    r"(?:proxy[-_]?)?authorization|(?:set[-_]?)?cookies?"
    r"|[\w.-]*(?:passwords?|passwd|passphrases?|passcode|secrets?|credentials?)"
    rf"|[\w.-]*(?:{'|'.join(_KEYS)})[-_]?keys?"
    rf"|(?:[\w.-]*(?:{'|'.join(_TOKENS)})[-_]?)?token|x-[\w-]*token"
    r"|(?:[\w.-]*(?:github|gitlab|gh|azure|devops|ado|access)[-_])?pat",
    re.IGNORECASE,
)
TOKENS_NAME = re.compile(rf"(?:[\w.-]*(?:{'|'.join(_TOKENS)})[-_]?)?tokens", re.IGNORECASE)
LONGEST_NAME = 60
NAME_WORDS = (
    "authorization", "cookie", "password", "passwd", "passphrase", "passcode", "secret", "token", "credential",
    "_pat", "-pat", *(f"{kind}{join}key" for kind in _KEYS for join in ("", "_", "-")),
)  # fmt: skip
"""Every name that the patterns know ends in one of these, or in one and an ``s``."""
SUGGESTS = re.compile(
    r"(?<![A-Za-z])(?i:api[-_ ]?key|key|token|secret|pass(?:word|wd|phrase|code)?|pwd|auth(?:orization)?"
    r"|cookie|credential|pat|jwt|bearer|signature|dsn)[sS]?(?![A-Za-z])"
    r"|(?<=[a-z])(?:Key|Token|Secret|Password|Credential|Auth)s?(?![a-z])"
)
"""Words of a setting's name."""

# -- shapes of tokens ----------------------------------------------------------------------

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
RANDOM = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?=[A-Za-z]{0,15}[0-9])(?=[0-9]{0,15}[A-Za-z])[A-Za-z0-9]{16}"
    r"|(?=[A-Za-z]{0,14}[a-z][A-Z])[A-Za-z]{16}"
    rf"|[A-Za-z0-9]{{20}}|{_UUID})"
)
"""Letters in a row that are no words of a slug."""
MIXED = re.compile(
    r"(?=[A-Za-z0-9]{0,63}?[0-9])(?=[A-Za-z0-9]{0,63}?[a-z])(?=[A-Za-z0-9]{0,63}?[A-Z])[A-Za-z0-9]++"
)
"""Short runs of the same; one alone may be a version or a name."""


class Shape(NamedTuple):
    """A kind of token."""

    words: tuple[str, ...]
    """In lower case; every token of the kind contains one."""
    pattern: str
    """Matches from ``back`` before the word; of a group ``secret``, only that is the secret."""
    back: int = 0
    random: bool = False
    """Its beginning also begins ordinary words: it is one only with letters in it that are none."""
    spaced: bool = False
    """It has spaces in it."""

    def match(self, text: str, start: int, end: int) -> re.Match[str] | None:
        return _compiled(self.pattern).match(text, start, end)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """At its first use: all at once would cost every start of a process 8 ms."""
    return re.compile(pattern)


def _shape(
    words: str, pattern: str, *, back: int = 0, random: bool = False, inside: bool = False
) -> Shape:
    """inside: it may follow a letter."""
    pattern = pattern if inside else r"(?<!\w)" + pattern
    return Shape(tuple(words.split()), pattern, back, random)


_AUTHORIZATION = Shape(
    ("uthorization:", "uthorization=", "uthorization :"),
    (
        r"uthorization ?[:=] ?(?:\[[\"']?)?(?P<secret>"
        r"(?i:Digest|Hawk|OAuth|Signature|AWS4-HMAC-SHA256) +[^\r\n\\]+"
        r"|(?i:Basic|Token|Bearer|Api-?Key|Key|SSWS|Negotiate|NTLM|Splunk|GoogleLogin)"
        r" +[^\s\"'`,;\])}\\]+)"
    ),
    spaced=True,
)
_BEARER = Shape(("earer",), r"(?<!\w)[Bb]earer\s+[A-Za-z0-9._~+/-]{16,}=*", back=1, spaced=True)
PEM = "-----BEGIN "
PEM_LABEL = 40
PRIVATE_KEY = Shape(
    ("private key",),
    (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?"
        r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)"
    ),
    spaced=True,
)
SHAPES: tuple[Shape, ...] = (
    # code hosts and packages
    _shape("ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{30,}"),
    _shape("github_pat_", r"github_pat_[A-Za-z0-9_]{30,}"),
    _shape(
        "glpat- gldt- glrt- glptt- glcbt- glft- glimt- glagent- gloas- glsoat-",
        r"gl(?:pat|dt|rt|ptt|cbt|ft|imt|agent|oas|soat)-[A-Za-z0-9_.-]{16,}",
    ),
    _shape("npm_", r"npm_[A-Za-z0-9]{30,}"),
    _shape("pypi-", r"pypi-[A-Za-z0-9_-]{40,}", random=True),
    _shape("rubygems_", r"rubygems_[a-f0-9]{40,}"),
    _shape("clojars_", r"CLOJARS_[a-f0-9]{50,}"),
    _shape("dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    _shape("ccipat_", r"CCIPAT_[A-Za-z0-9_]{30,}"),
    _shape("bkua_", r"bkua_[a-f0-9]{40}"),
    # models
    _shape("sk-", r"sk-[A-Za-z0-9_-]{20,}", random=True),
    _shape("sess-", r"sess-[A-Za-z0-9]{32,}"),
    _shape("hf_", r"hf_[A-Za-z0-9]{30,}"),
    _shape("gsk_", r"gsk_[A-Za-z0-9]{30,}"),
    _shape("xai-", r"xai-[A-Za-z0-9]{40,}"),
    _shape("pplx-", r"pplx-[A-Za-z0-9]{30,}"),
    _shape("r8_", r"r8_[A-Za-z0-9]{30,}"),
    _shape("tvly-", r"tvly-[A-Za-z0-9_-]{20,}", random=True),
    _shape("fc-", r"fc-[a-f0-9]{32}"),
    _shape("jina_", r"jina_[A-Za-z0-9_-]{40,}", random=True),
    _shape("pcsk_", r"pcsk_[A-Za-z0-9_]{40,}"),
    _shape("lsv2_", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{8,}"),
    _shape("ctx7sk-", r"ctx7sk-[A-Za-z0-9_-]{20,}"),
    _shape("e2b_", r"e2b_[a-f0-9]{30,}"),
    _shape("bsa", r"BSA[A-Za-z0-9_-]{27,28}(?![A-Za-z0-9_-])", random=True),
    _shape("apify_api_", r"apify_api_[A-Za-z0-9]{30,}"),
    # clouds
    _shape("akia asia abia acca", r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b"),
    _shape("aiza", r"AIza[0-9A-Za-z_-]{35}"),
    _shape("ya29.", r"ya29\.[0-9A-Za-z_-]{20,}"),
    _shape("gocspx-", r"GOCSPX-[0-9A-Za-z_-]{20,}"),
    _shape("1//0", r"1//0[0-9A-Za-z_-]{30,}"),
    _shape(
        "accountkey= sharedaccesskey=", r"[A-Za-z]+=(?P<secret>[A-Za-z0-9+/]{40,}=*)", inside=True
    ),
    _shape("sig=", r"sig=(?P<secret>[A-Za-z0-9%+/]{40,}(?:=|%3D)*)"),
    _shape("doo_v1_ dop_v1_ dor_v1_", r"do[opr]_v1_[a-f0-9]{40,}"),
    _shape("hvs. hvb. hvr.", r"hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    _shape(".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{50,}", back=14),
    _shape("hrku-", r"HRKU-[A-Za-z0-9_-]{30,}"),
    _shape("nfp_", r"nfp_[A-Za-z0-9]{30,}"),
    _shape("sbp_", r"sbp_[a-f0-9]{40,}"),
    _shape("sb_secret_", r"sb_secret_[A-Za-z0-9_-]{20,}"),
    _shape("napi_", r"napi_[a-z0-9]{40,}"),
    _shape("pscale_", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{30,}"),
    _shape("dapi", r"dapi[a-f0-9]{32}"),
    _shape("dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"dp\.[a-z]+\.[A-Za-z0-9._-]{40,}"),
    _shape("fm1r_ fm1a_ fm2_ fo1_", r"f(?:m1[ra]|m2|o1)_[A-Za-z0-9+/=_-]{40,}"),
    _shape("tskey-", r"tskey-[a-z]+-[A-Za-z0-9_-]{20,}"),
    _shape("age-secret-key-1", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    _shape("ops_eyj", r"ops_eyJ[A-Za-z0-9_=-]{50,}"),
    # money, mail, chat, work
    _shape(
        "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_",
        r"[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}",
    ),
    _shape("whsec_", r"whsec_[A-Za-z0-9+/]{24,}=*"),
    _shape("sq0", r"sq0(?:csp|atp|idp)-[A-Za-z0-9_-]{20,}"),
    _shape("shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    _shape("sg.", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _shape("xox", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}"),
    _shape("xapp-", r"xapp-\d-[A-Za-z0-9-]{10,}"),
    _shape(
        "hooks.slack",
        r"hooks\.slack(?:-gov)?\.com/\w+/(?P<secret>[A-Za-z0-9+/_-]{20,})",
        inside=True,
    ),
    _shape("/api/webhooks/", r"/api/webhooks/\d+/(?P<secret>[A-Za-z0-9_-]{30,})", inside=True),
    _shape(
        ".webhook.office.com/",
        r"\.webhook\.office\.com/webhookb2/(?P<secret>[A-Za-z0-9@/_-]{30,})",
        inside=True,
    ),
    _shape(
        ":aa",
        r"(?<=\d{8}):(?P<secret>AA[A-Za-z0-9_-]{31,35})(?![A-Za-z0-9_-])",
        inside=True,
    ),
    _shape("lin_api_ lin_oauth_", r"lin_(?:api|oauth)_[A-Za-z0-9]{30,}"),
    _shape("ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    _shape("secret_", r"secret_[A-Za-z0-9]{43}\b"),
    _shape("figd_", r"figd_[A-Za-z0-9_-]{20,}"),
    _shape("atatt3 atctt3", r"AT[AC]TT3[A-Za-z0-9_=-]{50,}"),
    _shape("pmak-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{30,}"),
    _shape("glsa_", r"glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),
    _shape("glc_", r"glc_[A-Za-z0-9+/]{32,}=*"),
    _shape("nrak-", r"NRAK-[A-Z0-9]{20,}"),
    _shape("sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9+/=_-]{30,}"),
    _shape("phx_", r"phx_[A-Za-z0-9]{40,}"),
    _shape("cfpat-", r"CFPAT-[A-Za-z0-9_-]{40,}"),
    # of no one product
    _shape("eyj", r"eyJ[A-Za-z0-9_-]{8,1024}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}"),
    _BEARER,
    _AUTHORIZATION,
    PRIVATE_KEY,
)
URL_PASSWORD = re.compile(
    r"://(?!«masked)(?P<secret>[^/\s:@\"'`]{0,256}:[^/\s\"'`?#,;<>]{1,1024})@"
)
