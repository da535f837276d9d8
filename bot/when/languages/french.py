"""French words for times."""

from bot.when.languages.language import Language

_NUMBERS = (
    "un une/deux/trois/quatre/cinq/six/sept/huit/neuf/dix/onze/douze/treize/quatorze/quinze/seize/"
    "dix-sept/dix-huit/dix-neuf/vingt/vingt-et-un vingt-et-une/vingt-deux/vingt-trois/"
    "vingt-quatre/vingt-cinq/vingt-six/vingt-sept/vingt-huit/vingt-neuf/trente/"
    "trente-et-un"
)
_HOURS = "(?:heures|heure|hrs|h)"

FRENCH = Language(
    code="fr",
    weekdays="lundi lun./mardi mar./mercredi mer./jeudi jeu./vendredi ven./samedi sam./dimanche dim.",
    months=(
        "janvier janv. jan./février févr. fév./mars/avril avr./mai/juin/juillet juil./août/"
        "septembre sept. sep./octobre oct./novembre nov./décembre déc."
    ),
    numbers=_NUMBERS,
    more_numbers={
        "trente-cinq": 35,
        "quarante": 40,
        "quarante-cinq": 45,
        "cinquante": 50,
        "cinquante-cinq": 55,
    },
    ordinals="premier",
    ordinal_signs="er|ere|e",
    amounts={
        "demi": 0.5,
        "demie": 0.5,
        "une demi": 0.5,
        "une demie": 0.5,
        "soixante": 60,
        "quatre-vingt-dix": 90,
    },
    units={
        "seconde": ("seconds", 1),
        "secondes": ("seconds", 1),
        "sec.": ("seconds", 1),
        "minute": ("seconds", 60),
        "minutes": ("seconds", 60),
        "min.": ("seconds", 60),
        "mn": ("seconds", 60),
        "quart d'heure": ("seconds", 900),
        "quarts d'heure": ("seconds", 900),
        "demi-heure": ("seconds", 1800),
        "demie-heure": ("seconds", 1800),
        "heure": ("seconds", 3600),
        "heures": ("seconds", 3600),
        "h": ("seconds", 3600),
        "jour": ("days", 1),
        "jours": ("days", 1),
        "j": ("days", 1),
        "semaine": ("weeks", 1),
        "semaines": ("weeks", 1),
        "mois": ("months", 1),
        "an": ("months", 12),
        "ans": ("months", 12),
        "année": ("months", 12),
    },
    join=" et |, | ?",
    half_before="(?!)",
    half_after=" et demie| et demi",
    quarter_after=" et quart| et un quart",
    rules={
        "today": ("aujourd'? ?hui|auj.|ce jour",),
        "tomorrow": ("demain",),
        "overmorrow": ("après[ -]demain",),
        "today+morning": ("ce matin",),
        "today+afternoon": ("cet? après[ -]midi|cet aprem|cet aprèm",),
        "today+evening": ("ce soir",),
        "today+night": ("cette nuit",),
        "weekday": ("{weekday}",),
        "this_weekday": ("ce {weekday}",),
        "coming_weekday": ("(?:ce )?{weekday} qui vient",),
        "next_weekday": ("(?:le )?{weekday} prochain", "(?:le )?prochain {weekday}"),
        "this_week_weekday": ("{weekday} de cette semaine", "cette semaine(?:,? le|,)? {weekday}"),
        "next_week_weekday": (
            "(?:le )?{weekday} (?:de )?(?:la )?semaine prochaine",
            "(?:la )?semaine prochaine(?:,? le|,)? {weekday}",
        ),
        "later_weekday": ("{weekday} en huit",),
        "date": (
            "(?:le )?{day} {month}(?:,? {year})?",
            "(?:le )?(?P<day>1) ?er {month}(?:,? {year})?",
        ),
        "day_of_month": ("le {day}(?! ?heures?|:| ?h)",),
        "day_this_month": ("(?:le )?{day} (?:de ce|du|ce) mois",),
        "day_next_month": ("(?:le )?{day} du mois prochain", "le mois prochain,? le {day}"),
        "month_end": ("(?:le )?dernier jour (?:du|de ce) mois|(?:à la )?fin du mois|fin de mois",),
        "next_month_end": ("(?:le )?dernier jour du mois prochain|fin du mois prochain",),
        "last_day_of": ("(?:le )?dernier jour (?:de |d')?{month}(?: {year})?",),
        "number": ("{hourword}",),
        "oclock": (
            "(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9]) ?h",
            "{hour} ?" + _HOURS,
            "{hour} ?" + _HOURS + " ?{minute}(?: ?(?:minutes|min|mn))?",
        ),
        "half_past": ("{hour} ?" + _HOURS + " (?:et demie|et demi)", "{hourword} et demie"),
        "quarter_past": ("{hour} ?" + _HOURS + " et (?:quart|un quart|le quart)",),
        "quarter_to": ("{hour} ?" + _HOURS + " moins (?:le quart|un quart|quart)",),
        "hour_less": ("{hour} ?" + _HOURS + " moins {minute}",),
        "noon": ("midi|12h midi",),
        "noon_half": ("midi (?:et demie|et demi)",),
        "noon_quarter": ("midi et quart",),
        "noon_minutes": ("midi {minute}",),
        "midnight": ("minuit",),
        "morning": ("(?:du |le |dans la |en )?(?:matin|matinée)",),
        "afternoon": ("(?:de l'|l'|dans l')?(?:après[ -]midi|aprèm|aprem)|(?:en )?après[ -]midi",),
        "evening": ("(?:du |le |en |dans la )?(?:soir|soirée)",),
        "night": ("(?:de la |la |dans la )?nuit",),
        "idiom": ("dans (?:huit|quinze) jours",),
        "span": ("dans (?:exactement )?{span}", r"\+ ?{span}"),
        "shift": ("{span} après",),
        "wait": ("dans {hour}",),
        "past": (
            "hier|avant[ -]hier|il y a {span}|{weekday} dernier|(?:la semaine|le mois|l'an|l'année)"
            " derni(?:er|ère)|la nuit dernière",
        ),
        "recurring": (
            "(?:chaque|tous les|toutes les) (?:{hour} )?{unit}",
            "chaque|tous les|toutes les|tous|quotidien|quotidiennement|hebdomadaire|mensuel|"
            "en semaine|le week[ -]?end|week[ -]?end|les jours ouvrés|le lundi au|"
            "une fois par (?:jour|semaine|mois)",
            "(?:les )?{weekday}s",
            "les {weekday}",
            "le {weekday}(?! ?,? ?(?:[0-9]|premier|prochain|{day}|de la semaine|matin [0-9]))",
        ),
        "several": ("et|ou|puis|au|jusqu'à|jusqu'au|ou bien|[-–—~/&|+]|->|→",),
        "bound": (
            "avant|après|jusque|jusqu'à|depuis|dès|à partir de|à partir du|entre|vers|environ|"
            "d'ici|d'ici à|pendant|durant|au plus tard|du {weekday}|de|aux alentours de|autour de",
        ),
        "negation": ("pas|jamais|ne|sauf|aucun",),
        "vague": (
            "(?:la )?semaine prochaine|cette semaine|(?:le )?mois prochain|ce mois|l'année "
            "prochaine|cette année|ce week[ -]?end|fin de journée|en fin de journée|fin de semaine|"
            "fin de l'année|fin d'année|(?:premier|dernier) {weekday}(?: de| du)?|bientôt",
        ),
        "month": ("{month}",),
        "at": ("à|@",),
        "leads": ("le|pour|pour le",),
        "joins": (",",),
        "follows": ("pile|précises|précise|exactement|tapantes",),
    },
)
