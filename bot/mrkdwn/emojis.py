"""`:tada:` → 🎉, by Slack's names. The `emoji` package knows most; the rest is in the table here. Pure."""

from __future__ import annotations

import re

import emoji

_NAME = re.compile(
    r"(?<![0-9A-Za-z]):([a-z0-9_+'&-]+):(?::skin-tone-([2-6]):)?|:([a-z][a-z0-9_+'-]+):(?::skin-tone-([2-6]):)?"
)
_TONES = {str(tone): chr(0x1F3FB + tone - 2) for tone in range(2, 7)}
_FAMILY = {"man": "👨", "woman": "👩", "boy": "👦", "girl": "👧", "heart": "❤️", "kiss": "❤️\u200d💋"}

# Slack's names are those of github.com/iamcal/emoji-data; these are missing or differ in emoji 2.15 (2026-11).
_SLACK = {
    "⛅": "partly_sunny",
    "🌤️": "mostly_sunny sun_small_cloud",
    "🌥️": "barely_sunny sun_behind_cloud",
    "🌦️": "partly_sunny_rain",
    "🌧️": "rain_cloud",
    "🌨️": "snow_cloud",
    "🌩️": "lightning lightning_cloud",
    "🌪️": "tornado_cloud",
    "☂️": "umbrella",
    "☃️": "snowman",
    "✉️": "email",
    "🛰️": "satellite",
    "🥚": "egg",
    "🐞": "ladybug ladybird",
    "🪲": "beetle",
    "👰": "bride_with_veil",
    "👳": "man_with_turban",
    "💂": "guardsman",
    "🙆": "ok_woman",
    "🍽️": "knife_fork_plate",
    "🎖️": "medal",
    "🥇": "first_place_medal",
    "🥈": "second_place_medal",
    "🥉": "third_place_medal",
    "🛑": "octagonal_sign",
    "🛒": "shopping_trolley",
    "🛴": "scooter",
    "⏏️": "eject",
    "⚕️": "staff_of_aesculapius",
    "*️⃣": "keycap_star",
    "🇨🇶": "flag-sark",
    "👫": "man_and_woman_holding_hands",
    "👨\u200d⚕️": "male-doctor",
    "👩\u200d⚕️": "female-doctor",
    "👯\u200d♀️": "women-with-bunny-ears-partying woman-with-bunny-ears-partying",
    "👯\u200d♂️": "men-with-bunny-ears-partying man-with-bunny-ears-partying",
    "🖖": "spock-hand",
    "🤘": "the_horns",
    "🤞": "hand_with_index_and_middle_fingers_crossed",
    "🤟": "i_love_you_hand_sign",
    "🤠": "face_with_cowboy_hat",
    "🤦": "face_palm",
    "🤨": "face_with_one_eyebrow_raised",
    "🤩": "grinning_face_with_star_eyes",
    "🤪": "grinning_face_with_one_large_and_one_small_eye",
    "🤫": "face_with_finger_covering_closed_lips",
    "🤬": "serious_face_with_symbols_covering_mouth",
    "🤭": "smiling_face_with_smiling_eyes_and_hand_covering_mouth",
    "🤮": "face_with_open_mouth_vomiting",
    "🤯": "shocked_face_with_exploding_head",
    "🥰": "smiling_face_with_3_hearts",
    "🙂": "simple_smile",
    "🤶": "mother_christmas",
    "🤸": "person_doing_cartwheel",
    "🤹": "juggling",
    "🤺": "fencer",
    "🤼": "wrestlers",
    "🤼\u200d♀️": "woman-wrestling",
    "🤼\u200d♂️": "man-wrestling",
    "🤾": "handball",
    "🥁": "drum_with_drumsticks",
    "🥝": "kiwifruit",
    "🥿": "womans_flat_shoe",
    "🦒": "giraffe_face",
    "🦓": "zebra_face",
    "🧉": "mate_drink",
    "🧕": "person_with_headscarf",
    "🧑\u200d🦰": "red_haired_person",
    "🧑\u200d🦱": "curly_haired_person",
    "🧑\u200d🦲": "bald_person",
    "🧑\u200d🦳": "white_haired_person",
    "🧔\u200d♀️": "woman_with_beard",
    "🧔\u200d♂️": "man_with_beard",
}
_BY_NAME = {name: sign for sign, names in _SLACK.items() for name in names.split()}
_GENDERED = dict.fromkeys(
    ("mage", "fairy", "vampire", "elf", "genie", "zombie", "superhero", "supervillain")
)


def unicode_emojis(text: str) -> str:
    """Every `:name:` that Slack shows as an emoji; names it does not know (a team's own emoji) stay as they are."""
    return _NAME.sub(_replaced, text)


def emoji_of(name: str, code: str = "") -> str:
    """One emoji by its name, or by the code points Slack gives beside it (`1f44d-1f3fb`)."""
    if code:
        return "".join(chr(int(point, 16)) for point in code.split("-"))
    return unicode_emojis(f":{name}:")


def _replaced(found: re.Match[str]) -> str:
    name, tone = found[1] or found[3], found[2] or found[4]
    sign = _sign(name)
    if not sign:
        return found[0]
    return _toned(sign, _TONES[tone]) if tone else sign


def _toned(sign: str, tone: str) -> str:
    """The tone follows the first person in the sign."""
    return sign[0] + tone + sign[1:].removeprefix("\ufe0f")


def _sign(name: str) -> str:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if re.fullmatch("flag-[a-z]{2}", name):
        return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in name[5:])
    if region := re.fullmatch("flag-(england|scotland|wales)", name):
        return _nation({"england": "gbeng", "scotland": "gbsct", "wales": "gbwls"}[region[1]])
    if (parts := name.split("-"))[0] in ("man", "woman") and all(p in _FAMILY for p in parts):
        return "\u200d".join(_FAMILY[part] for part in parts)
    return _from_package(name)


def _nation(code: str) -> str:
    return "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in code) + "\U000e007f"


def _from_package(name: str) -> str:
    """By its own name, or as the package spells it: `male-cook` is man_cook, `large_green_circle` green_circle."""
    underscored = name.replace("female-", "woman_").replace("male-", "man_").replace("-", "_")
    for spelled in (name, underscored, name.removeprefix("large_"), _gendered(name)):
        sign = str(emoji.emojize(f":{spelled}:", language="alias"))
        if not sign.startswith(":"):
            return sign
    return ""


def _gendered(name: str) -> str:
    who, _, what = name.partition("_")
    return f"{'woman' if who == 'female' else 'man'}_{what}" if what in _GENDERED else name
