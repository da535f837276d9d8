"""German words for times."""

from bot.when.languages.language import Language

_NUMBERS = (
    "eins ein eine einen einer einem/zwei zwo/drei/vier/fünf fuenf/sechs/sieben/acht/neun/zehn/"
    "elf/zwölf zwoelf/dreizehn/vierzehn/fünfzehn fuenfzehn/sechzehn/siebzehn/achtzehn/neunzehn/"
    "zwanzig/einundzwanzig/zweiundzwanzig/dreiundzwanzig/vierundzwanzig/fünfundzwanzig "
    "fuenfundzwanzig/sechsundzwanzig/siebenundzwanzig/achtundzwanzig/neunundzwanzig/dreißig/"
    "einunddreißig"
)
_STEMS = (
    "erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft dreizehnt vierzehnt "
    "fünfzehnt sechzehnt siebzehnt achtzehnt neunzehnt zwanzigst einundzwanzigst "
    "zweiundzwanzigst dreiundzwanzigst vierundzwanzigst fünfundzwanzigst sechsundzwanzigst "
    "siebenundzwanzigst achtundzwanzigst neunundzwanzigst dreißigst einunddreißigst"
)
_NEXT = "(?:nächste|nächsten|nächster|nächstes|naechste|naechsten|naechster)"
_COMING = "(?:kommende|kommenden|kommender|kommendes)"
_THIS = "(?:diese|diesen|dieser|dieses|diesem)"
_AFTER_NEXT = "(?:übernächste|übernächsten|übernächster|uebernaechste|uebernaechsten)"

GERMAN = Language(
    code="de",
    weekdays=(
        "montag mo./dienstag di. die./mittwoch mi./donnerstag do./freitag fr./"
        "samstag sonnabend sa./sonntag so."
    ),
    months=(
        "januar jänner jan./februar feber feb./märz maerz mär. mrz./april apr./mai/juni jun. juno/"
        "juli jul. julei/august aug./september sep. sept./oktober okt./november nov./dezember dez."
    ),
    numbers=_NUMBERS,
    more_numbers={
        "fünfunddreißig": 35,
        "vierzig": 40,
        "fünfundvierzig": 45,
        "fünfzig": 50,
        "fünfundfünfzig": 55,
    },
    ordinals="/".join(f"{stem}e {stem}en {stem}er" for stem in _STEMS.split()),
    ordinal_signs=r"\.",
    amounts={
        "halbe": 0.5,
        "halben": 0.5,
        "einer halben": 0.5,
        "eine halbe": 0.5,
        "einem halben": 0.5,
        "anderthalb": 1.5,
        "eineinhalb": 1.5,
        "zweieinhalb": 2.5,
        "dreieinhalb": 3.5,
        "viereinhalb": 4.5,
        "sechzig": 60,
        "neunzig": 90,
        "einer guten": 1,
    },
    units={
        "sekunde": ("seconds", 1),
        "sekunden": ("seconds", 1),
        "sek.": ("seconds", 1),
        "minute": ("seconds", 60),
        "minuten": ("seconds", 60),
        "min.": ("seconds", 60),
        "viertelstunde": ("seconds", 900),
        "viertelstunden": ("seconds", 900),
        "dreiviertelstunde": ("seconds", 2700),
        "stunde": ("seconds", 3600),
        "stunden": ("seconds", 3600),
        "std.": ("seconds", 3600),
        "h": ("seconds", 3600),
        "tag": ("days", 1),
        "tage": ("days", 1),
        "tagen": ("days", 1),
        "woche": ("weeks", 1),
        "wochen": ("weeks", 1),
        "monat": ("months", 1),
        "monate": ("months", 1),
        "monaten": ("months", 1),
        "jahr": ("months", 12),
        "jahre": ("months", 12),
        "jahren": ("months", 12),
    },
    join=" und |, | ?",
    half_before="und eine halbe |einhalb ",
    half_after="(?!)",
    quarter_after="(?!)",
    rules={
        "today": ("heute",),
        "tomorrow": ("morgen",),
        "overmorrow": ("übermorgen|uebermorgen",),
        "third_day": ("überübermorgen",),
        "today+morning": ("heute (?:morgen|früh|frueh|vormittag)|heute in der früh",),
        "tomorrow+morning": ("morgen (?:früh|frueh|vormittag)|morgen in der früh",),
        "today+evening": ("heut' abend|heut abend",),
        "weekday": ("{weekday}",),
        "weekday+morning": ("{weekday} ?(?:morgen|früh|frueh|vormittag)",),
        "weekday+noonish": ("{weekday} ?mittag",),
        "weekday+afternoon": ("{weekday} ?nachmittag",),
        "weekday+evening": ("{weekday} ?abend",),
        "weekday+night": ("{weekday} ?nacht",),
        "this_weekday": (_THIS + " {weekday}",),
        "coming_weekday": (_COMING + " {weekday}",),
        "next_weekday": (_NEXT + " {weekday}",),
        "this_week_weekday": ("{weekday} dieser woche", "diese woche(?: am|,)? {weekday}"),
        "next_week_weekday": (
            "{weekday} (?:in der )?(?:nächster|nächsten|nächste|kommender|kommenden|naechster"
            "|naechste|naechsten) woche",
            "(?:in der )?(?:nächste|nächsten|kommende|kommenden|naechste|naechsten) woche"
            "(?:,? am|,)? {weekday}",
        ),
        "week_after_weekday": (
            _AFTER_NEXT + " woche(?:,? am|,)? {weekday}",
            "{weekday} " + _AFTER_NEXT + " woche",
        ),
        "date": (
            "(?:am |der |den |dem )?{day}(?: |-)?{month}(?:,? {year})?",
            r"(?:am |der |den |dem )?{day}\.{month}(?:,? {year})?",
        ),
        "day_of_month": ("(?:am |den |dem |der ){ordinal}", r"(?P<day>[0-9]{1,2}\.)"),
        "day_this_month": (
            "(?:den |dem |am )?{ordinal} (?:dieses|des|diesen) monats",
            "(?:den |dem |am )?{ordinal} dieses monats",
        ),
        "day_next_month": (
            "(?:den |dem |am )?{ordinal} (?:nächsten|kommenden|des nächsten) monats",
        ),
        "month_end": (
            "(?:letzter|letzten|letzte) tag (?:des|dieses) monats|monatsende|ende des monats|"
            "ende dieses monats|monatsletzter|monatsletzten|monatsultimo",
        ),
        "next_month_end": (
            "(?:letzter|letzten|letzte) tag (?:des )?(?:nächsten|kommenden) monats|"
            "ende (?:des )?(?:nächsten|kommenden) monats",
        ),
        "last_day_of": ("(?:letzter|letzten|letzte) tag (?:im|des) {month}(?: {year})?",),
        "number": ("{hourword}",),
        "oclock": (
            "um (?P<hour>[0-9]{1,2}) ?h ?(?P<minute>[0-5][0-9])?",
            "(?:punkt )?{hour} ?uhr",
            "{hour} ?uhr(?: und)? {minute}(?: minuten)?",
            "(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-5][0-9]) ?(?:uhr|h)",
        ),
        "continental": ("(?P<hour>[0-9]{1,2}) ?h ?(?P<minute>[0-5][0-9])?",),
        "half_to": ("halb {hour}(?: uhr)?",),
        "quarter_past": ("viertel nach {hour}(?: uhr)?",),
        "quarter_to": ("viertel vor {hour}(?: uhr)?", "(?:dreiviertel|drei viertel) {hour}"),
        "minutes_past": ("{minute}(?: minuten| min)? nach {hour}(?: uhr)?",),
        "minutes_to": ("{minute}(?: minuten| min)? vor {hour}(?: uhr)?",),
        "minutes_past_half": ("{minute}(?: minuten)? nach halb {hour}",),
        "minutes_to_half": ("{minute}(?: minuten)? vor halb {hour}",),
        "noon": (
            "mittag|mittags|(?:am|zu|zum) mittag|zwölf uhr mittags|12 uhr mittags|mittags um"
            " (?:12|zwölf)(?: uhr)?|um 12 uhr mittags",
        ),
        "midnight": ("mitternacht",),
        "morning": (
            "(?:am )?(?:früh|frueh|vormittag|vormittags|morgens|frühmorgens)|am morgen|in der früh|"
            "des morgens",
        ),
        "afternoon": ("(?:am )?(?:nachmittag|nachmittags)",),
        "evening": ("(?:am )?(?:abend|abends)",),
        "night": ("(?:in der )?(?:nacht|nachts)",),
        "idiom": ("in acht tagen",),
        "span": ("in (?:genau )?{span}", r"\+ ?{span}", "{span} ab (?:jetzt|nun)"),
        "shift": ("{span} (?:ab|nach)",),
        "wait": ("in {hour}",),
        "past": (
            "gestern|vorgestern|vor {span}|(?:letzte|letzten|letzter|letztes|vorige|vorigen)"
            " (?:{weekday}|woche|monat|jahr|nacht)",
        ),
        "recurring": (
            "(?:jede|jeden|jedes|alle) (?:{hour} )?{unit}",
            "jede|jeden|jeder|jedes|jedem|alle|täglich|taeglich|wöchentlich|woechentlich|monatlich|"
            "jährlich|stündlich|werktags|wochentags|immer|wochenends|wochenende|werktag|werktage|"
            "feiertags|zweimal|einmal (?:am|pro|im) (?:tag|woche|monat)|(?:am|an den) werktagen|"
            "morgens früh",
            "{weekday}s",
            "{weekday}(?:vormittags|nachmittags|abends|morgens|mittags)",
        ),
        "several": ("und|oder|sowie|dann|[-–—~/&|+]|->|→",),
        "bound": (
            "vor|nach|bis|bis zum|ab|seit|von|vom|zwischen|spätestens|frühestens|gegen|ungefähr|"
            "etwa|circa|ca.|innerhalb|binnen|während|rund|so gegen|nicht vor|um die",
        ),
        "negation": ("nicht|nie|niemals|kein|keine|keinen|außer",),
        "vague": (
            "(?:nächste|diese|kommende|übernächste|dieser|nächster|nächsten|kommenden|diesen"
            "|diesem|nächstem) (?:woche|monat|jahr|wochenende)|feierabend|"
            "tagesende|jahresende|wochenende|ende der woche|ende des jahres|ende des tages|"
            "(?:{ordinal}|letzter|letzten) {weekday}(?: im| des)?|irgendwann|viertel {hour}",
            _AFTER_NEXT + " {weekday}",
        ),
        "month": ("{month}",),
        "at": ("um|um punkt|@",),
        "leads": ("am|den|der|dem|für|zum|an",),
        "joins": (",",),
        "follows": ("pünktlich|genau|punkt|uhr",),
    },
)
