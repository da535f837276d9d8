"""English words for times."""

from bot.when.languages.language import Language

_NUMBERS = (
    "one/two/three/four/five/six/seven/eight/nine/ten/eleven/twelve/thirteen/fourteen/fifteen/"
    "sixteen/seventeen/eighteen/nineteen/twenty/twenty-one/twenty-two/twenty-three/twenty-four/"
    "twenty-five/twenty-six/twenty-seven/twenty-eight/twenty-nine/thirty/thirty-one"
)
_ORDINALS = (
    "first/second/third/fourth/fifth/sixth/seventh/eighth/ninth/tenth/eleventh/twelfth/"
    "thirteenth/fourteenth/fifteenth/sixteenth/seventeenth/eighteenth/nineteenth/twentieth/"
    "twenty-first/twenty-second/twenty-third/twenty-fourth/twenty-fifth/twenty-sixth/"
    "twenty-seventh/twenty-eighth/twenty-ninth/thirtieth/thirty-first"
)
_AMPM = "(?: ?{ampm})?"

ENGLISH = Language(
    code="en",
    clock_style="spoken",
    weekdays=(
        "monday mon./tuesday tue. tues./wednesday wed. weds./thursday thu. thur. thurs./"
        "friday fri./saturday sat./sunday sun."
    ),
    months=(
        "january jan./february feb./march mar./april apr./may/june jun./july jul./august aug./"
        "september sep. sept./october oct./november nov./december dec."
    ),
    numbers=_NUMBERS,
    more_numbers={"thirty-five": 35, "forty": 40, "forty-five": 45, "fifty": 50, "fifty-five": 55},
    ordinals=_ORDINALS,
    ordinal_signs="st|nd|rd|th",
    amounts={
        "a": 1,
        "an": 1,
        "half an": 0.5,
        "half a": 0.5,
        "half": 0.5,
        "a couple of": 2,
        "a couple": 2,
        "couple of": 2,
        "another": 1,
        "sixty": 60,
        "ninety": 90,
    },
    units={
        "second": ("seconds", 1),
        "seconds": ("seconds", 1),
        "sec.": ("seconds", 1),
        "secs": ("seconds", 1),
        "minute": ("seconds", 60),
        "minutes": ("seconds", 60),
        "min.": ("seconds", 60),
        "mins": ("seconds", 60),
        "m": ("seconds", 60),
        "quarter of an hour": ("seconds", 900),
        "quarters of an hour": ("seconds", 900),
        "quarter-hour": ("seconds", 900),
        "half-hour": ("seconds", 1800),
        "hour": ("seconds", 3600),
        "hours": ("seconds", 3600),
        "hr.": ("seconds", 3600),
        "hrs": ("seconds", 3600),
        "h": ("seconds", 3600),
        "day": ("days", 1),
        "days": ("days", 1),
        "d": ("days", 1),
        "week": ("weeks", 1),
        "weeks": ("weeks", 1),
        "wk": ("weeks", 1),
        "wks": ("weeks", 1),
        "w": ("weeks", 1),
        "fortnight": ("weeks", 2),
        "fortnights": ("weeks", 2),
        "month": ("months", 1),
        "months": ("months", 1),
        "year": ("months", 12),
        "years": ("months", 12),
    },
    join=" and |, | ?",
    half_before="and a half ",
    half_after=" and a half",
    quarter_after=" and a quarter",
    rules={
        "today": ("later today|today",),
        "tomorrow": ("tomorrow|tomorow|tommorow|tommorrow|tomorrows|tmrw|tmr|tmw|2morrow",),
        "overmorrow": ("(?:the )?day after tomorrow|overmorrow",),
        "today+night": ("tonight|tonite|2nite",),
        "weekday": ("{weekday}",),
        "this_weekday": ("this {weekday}",),
        "coming_weekday": ("(?:this |the )?(?:coming|upcoming) {weekday}",),
        "next_weekday": ("(?:the )?next {weekday}",),
        "this_week_weekday": (
            "(?:the )?{weekday}(?: of| in)? this week",
            "this week(?:,? on|,)? {weekday}",
        ),
        "next_week_weekday": (
            "(?:the )?{weekday},?(?: of| in)? next week",
            "next week(?:,? on|,|'s)? {weekday}",
        ),
        "week_after_weekday": (
            "(?:the )?{weekday}(?: of| in)? the week after next",
            "the week after next(?:,? on|,)? {weekday}",
        ),
        "later_weekday": ("{weekday} week",),
        "date": (
            "(?:the )?{day}(?: of)?[ -]?{month}(?:,? {year})?",
            "{month} (?:the )?{day}(?:,? {year})?",
            "{day}-{month}-{year}",
        ),
        "day_of_month": ("the {ordinal}", "(?P<day>[0-9]{1,2}(?:st|nd|rd|th))"),
        "day_this_month": ("(?:the )?{day} (?:of|day of) (?:the|this) month",),
        "day_next_month": (
            "(?:the )?{day} (?:of|day of) next month",
            "next month(?:,? on)? the {day}",
        ),
        "month_end": ("(?:the )?(?:last day|end) of (?:the|this) month|eom|month end",),
        "next_month_end": ("(?:the )?(?:last day|end) of next month",),
        "last_day_of": ("(?:the )?(?:last day|end) of {month}(?: {year})?",),
        "number": ("{hourword}",),
        "worded": ("{hourword} ?{ampm}",),
        "oclock": (
            "(?:at|@) ?(?P<hour>[0-9]{1,2}) ?h ?(?P<minute>[0-5][0-9])?",
            "{hour} ?o'? ?clock" + _AMPM,
            "{hourword}[ -]{minuteword}" + _AMPM,
            "(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9]) ?(?:h|hrs|hours)",
            "{hourword} (?:oh|o) {minuteword}" + _AMPM,
        ),
        "half_past": ("half[ -]past {hour}" + _AMPM, "half {hour}" + _AMPM),
        "quarter_past": ("(?:a )?quarter (?:past|after) {hour}" + _AMPM,),
        "quarter_to": ("(?:a )?quarter (?:to|before|of|til|till) {hour}" + _AMPM,),
        "minutes_past": ("{minute}(?: minutes| mins| min)? (?:past|after) {hour}" + _AMPM,),
        "minutes_to": ("{minute}(?: minutes| mins| min)? (?:to|before|til|till) {hour}" + _AMPM,),
        "continental": ("(?P<hour>[0-9]{1,2}) ?h ?(?P<minute>[0-5][0-9])?",),
        "noon": ("noon|12 noon|midday|12 midday|high noon|noontime",),
        "midnight": ("midnight|12 midnight",),
        "noon_minutes": ("{minute}(?: minutes| mins| min)? (?:past|after) noon",),
        "noon_half": ("half[ -]past noon|half[ -]past midday",),
        "noon_quarter": ("(?:a )?quarter past noon|(?:a )?quarter past midday",),
        "morning": ("(?:in the )?morning|in the early morning",),
        "afternoon": ("(?:in the )?afternoon|arvo",),
        "evening": ("(?:in the )?evening",),
        "night": ("(?:at |in the )?night",),
        "today+morning": ("this morning",),
        "today+afternoon": ("this afternoon|this arvo",),
        "today+evening": ("this evening|later this evening",),
        "span": (
            "in (?:exactly |just )?{span}(?:'s?)?(?: time)?(?: from now)?",
            "{span} (?:from now|hence)",
            r"\+ ?{span}",
        ),
        "shift": ("{span} (?:from|after)", "{span}(?= (?:today|tomorrow|tmrw|on ))"),
        "wait": ("in {hour}",),
        "past": (
            "yesterday|(?:the )?day before yesterday|{span} (?:ago|earlier|before)|ago|last night",
            "last (?:{weekday}|week|month|year)|earlier today|the other day",
            "in - ?{span}",
        ),
        "recurring": (
            "(?:every|each)(?: other| single)? (?:{hour} )?{unit}",
            "every other|every(?: single)?|each|daily|weekly|biweekly|fortnightly|monthly|yearly|"
            "annually|hourly|nightly|weekday|weekdays|weekend|weekends|mornings|afternoons|"
            "evenings|nights|everyday",
            "{weekday}s",
            "(?:once|twice|one time|two times) (?:a|per) (?:day|week|month|year)",
        ),
        "several": ("and|or|to|through|thru|then|[-–—~/&|+]|<->|->|→",),
        "bound": (
            "before|after|until|till|til|by|since|from|between|within|no later than|at least|"
            "at most|around|about|approximately|starting|as of|not before|not after|during|"
            "prior to|up to|circa|roughly",
        ),
        "negation": ("not|never|no|except|but not|don't|isn't",),
        "vague": (
            "(?:the )?end of (?:the |this )?(?:day|week|year)|eod|eow|eoy|cob|close of business|"
            "first thing|(?:the )?(?:this|next|coming) (?:week|month|year|weekend)|the week after next|"
            "sometime|someday|next time|(?:at )?lunchtime|lunch time",
            "(?:the )?{ordinal} {weekday}(?: (?:of|in))?",
            "{weekday} after next",
            "(?:the )?last {weekday} (?:of|in)",
        ),
        "month": ("{month}",),
        "at": ("at|@",),
        "leads": ("on|for|on the",),
        "joins": (",",),
        "follows": ("sharp|exactly|precisely|on the dot|o'clock",),
    },
)
