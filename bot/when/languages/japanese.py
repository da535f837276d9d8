"""Japanese words for times."""

from bot.when.languages.language import Language

_UNDER_TEN = "一二三四五六七八九"
_TENS = ("", "十", "二十")
_UNDER_THIRTY = [f"{tens}{unit}" for tens in _TENS for unit in ("", *_UNDER_TEN) if tens + unit]
_NUMBERS = "/".join((*_UNDER_THIRTY, "三十", "三十一"))
_MINUTES = r"(?: ?{minute} ?分)"
_LATER = "(?:の|、)?"

JAPANESE = Language(
    code="ja",
    blank="",
    weekday_signs="/".join("月火水木金土日"),
    weekdays="/".join(f"{day}曜日 {day}曜" for day in "月火水木金土日"),
    months="/".join(
        f"{digits}月 {kanji}月 0{digits}月" if digits < 10 else f"{digits}月 {kanji}月"
        for digits, kanji in enumerate(_NUMBERS.split("/")[:12], 1)
    ),
    numbers=_NUMBERS,
    more_numbers={"三十五": 35, "四十": 40, "四十五": 45, "五十": 50, "五十五": 55, "零": 0},
    ordinals="朔",
    ordinal_signs="(?!)",
    amounts={"半": 0.5, "六十": 60, "九十": 90},
    units={
        "秒": ("seconds", 1),
        "分": ("seconds", 60),
        "分間": ("seconds", 60),
        "時間": ("seconds", 3600),
        "日": ("days", 1),
        "日間": ("days", 1),
        "週間": ("weeks", 1),
        "週": ("weeks", 1),
        "か月": ("months", 1),
        "ヶ月": ("months", 1),
        "カ月": ("months", 1),
        "ヵ月": ("months", 1),
        "ケ月": ("months", 1),
        "箇月": ("months", 1),
        "年": ("months", 12),
    },
    join="と|、| ?",
    half_before="(?!)",
    half_after="半",
    quarter_after="(?!)",
    rules={
        "today": ("今日|きょう|本日",),
        "tomorrow": ("明日|あした|あす|みょうにち",),
        "overmorrow": ("明後日|あさって|みょうごにち",),
        "third_day": ("明々後日|明明後日|しあさって",),
        "today+evening": ("今夕",),
        "today+night": ("今夜|今晩|こんばん|こんや",),
        "today+morning": ("今朝|けさ",),
        "tomorrow+morning": ("明朝",),
        "tomorrow+night": ("明晩",),
        "weekday": ("{weekday}", r"\({weekday}\)", r"\({weekdaysign}\)"),
        "this_weekday": ("この{weekday}",),
        "coming_weekday": ("今度の{weekday}",),
        "next_weekday": ("次の{weekday}",),
        "this_week_weekday": ("今週" + _LATER + "{weekday}",),
        "next_week_weekday": ("(?:来週|翌週)" + _LATER + "{weekday}",),
        "week_after_weekday": ("再来週" + _LATER + "{weekday}",),
        "date": ("(?:{year}年 ?)?{month} ?{day}日",),
        "day_of_month": ("{day}日(?!後|間)",),
        "day_this_month": ("今月" + _LATER + "{day}日",),
        "day_next_month": ("来月" + _LATER + "{day}日",),
        "month_end": ("今月末|月末|今月の?(?:末日|最終日)",),
        "next_month_end": ("来月末|来月の?(?:末日|最終日)",),
        "last_day_of": ("{month}の?末日?",),
        "oclock": ("{hour} ?時(?!間)" + _MINUTES + "?",),
        "half_past": ("{hour} ?時半",),
        "minutes_to": ("{hour} ?時 ?{minute} ?分前",),
        "am_clock": (
            "午前(?:の)? ?{hour} ?時" + _MINUTES + "?",
            "午前 ?(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])",
            "am ?{hour} ?時?",
        ),
        "pm_clock": (
            "午後(?:の)? ?{hour} ?時" + _MINUTES + "?",
            "午後 ?(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])",
            "pm ?{hour} ?時?",
        ),
        "am_half": ("午前(?:の)? ?{hour} ?時半",),
        "pm_half": ("午後(?:の)? ?{hour} ?時半",),
        "noon": ("正午|お昼の12時|昼の?12時",),
        "midnight": ("真夜中|深夜0時",),
        "morning": ("朝|早朝|午前中?|あさ",),
        "noonish": ("昼|お昼|昼間",),
        "afternoon": ("午後|ごご",),
        "evening": ("夕方|夕",),
        "night": ("夜|晩|よる|夜中",),
        "span": (
            "(?:今から|あと)? ?{span} ?(?:後|のち)",
            "あと ?{span}(?:で|後)?",
        ),
        "past": (
            "昨日|きのう|一昨日|おととい|先日|昨夜|昨晩|先週|先月|去年|昨年",
            "{span} ?前",
        ),
        "recurring": (
            "毎日|毎週|毎月|毎年|毎朝|毎晩|毎夜|平日|週末|土日|ごと|毎時|おき|隔週|日々|いつも",
        ),
        "several": ("と|か|または|もしくは|および|及び|や|それとも|[-–—~〜～・/&|+]|→",),
        "bound": (
            "まで|から|までに|より前|以前|以降|以後|以内|前|後|頃|ごろ|くらい|ぐらい|より|間|過ぎ|"
            "前後|中|あたり",
        ),
        "negation": ("ではない|じゃない|ない|以外",),
        "vague": (
            "今週|来週|再来週|今月|来月|再来月|今年|来年|年末|年始|そのうち|いつか|後で|週明け|終業",
        ),
        "month": ("{month}",),
        "at": ("@",),
        "number": ("{hourword}",),
        "joins": ("の|に|は|、|,|で",),
        "follows": ("ちょうど|ぴったり|きっかり|丁度",),
    },
)
