"""Who asks without opening: a browser that fetches ahead, a scanner of links, a mail client's picture proxy."""

from collections.abc import Mapping

# Sec-Purpose is the standard's header (fetch.spec.whatwg.org); the two others are what older browsers send.
_HEADERS = ("Sec-Purpose", "Purpose", "X-Moz")

# Parts of the User-Agent of programs that open links and pictures for nobody to see, in lower case.
SCANNERS = (
    "googleimageproxy",
    "yahoomailproxy",
    "bingpreview",
    "skypeuripreview",
    "slackbot",
    "slack-imgproxy",
    "facebookexternalhit",
    "twitterbot",
    "linkedinbot",
    "whatsapp/",
    "telegrambot",
    "discordbot",
    "redditbot",
    "pinterestbot",
    "applebot",
    "googlebot",
    "bingbot",
    "mimecast",
    "proofpoint",
    "barracuda",
    "safelinks",
)


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Whether the headers of a request say that nobody is looking; `headers` are case-insensitive."""
    if any("prefetch" in headers.get(name, "").lower() for name in _HEADERS):
        return True
    agent = headers.get("User-Agent", "").lower()
    return any(scanner in agent for scanner in SCANNERS)
