"""Spanish words for times."""

from bot.when.languages.language import Language

_NUMBERS = (
    "uno una un/dos/tres/cuatro/cinco/seis/siete/ocho/nueve/diez/once/doce/trece/catorce/quince/"
    "dieciséis/diecisiete/dieciocho/diecinueve/veinte/veintiuno veintiuna veintiún/veintidós/"
    "veintitrés/veinticuatro/veinticinco/veintiséis/veintisiete/veintiocho/veintinueve/treinta/"
    "treinta-y-uno treinta-y-un"
)
_AT = "(?:a |para )?las? "
_AMPM = "(?: ?{ampm})?"
_HOURS = "(?:horas|hora|hrs.|hrs|hs.|hs|h.|h)"

SPANISH = Language(
    code="es",
    weekdays="lunes lun./martes mar./miércoles mié. mier./jueves jue./viernes vie./sábado sáb./domingo dom.",
    months=(
        "enero ene./febrero feb./marzo mar./abril abr./mayo may./junio jun./julio jul./"
        "agosto ago./septiembre setiembre sept. sep. set./octubre oct./noviembre nov./diciembre dic."
    ),
    numbers=_NUMBERS,
    more_numbers={
        "treinta y cinco": 35,
        "cuarenta": 40,
        "cuarenta y cinco": 45,
        "cincuenta": 50,
        "cincuenta y cinco": 55,
    },
    ordinals="primero primer",
    ordinal_signs="º|°|ero|er|o",
    amounts={
        "media": 0.5,
        "un par de": 2,
        "sesenta": 60,
        "noventa": 90,
    },
    units={
        "segundo": ("seconds", 1),
        "segundos": ("seconds", 1),
        "seg.": ("seconds", 1),
        "minuto": ("seconds", 60),
        "minutos": ("seconds", 60),
        "min.": ("seconds", 60),
        "mins.": ("seconds", 60),
        "cuarto de hora": ("seconds", 900),
        "cuartos de hora": ("seconds", 900),
        "hora": ("seconds", 3600),
        "horas": ("seconds", 3600),
        "hrs.": ("seconds", 3600),
        "hs.": ("seconds", 3600),
        "h": ("seconds", 3600),
        "día": ("days", 1),
        "días": ("days", 1),
        "semana": ("weeks", 1),
        "semanas": ("weeks", 1),
        "mes": ("months", 1),
        "meses": ("months", 1),
        "año": ("months", 12),
        "años": ("months", 12),
    },
    join=" y |, | con | ?",
    half_before="(?!)",
    half_after=" y media| y medio",
    quarter_after=" y cuarto",
    rules={
        "today": ("hoy|hoy día|hoy mismo|el día de hoy",),
        "tomorrow": ("mañana|mañana mismo|el día de mañana",),
        "overmorrow": ("pasado mañana",),
        "today+morning": ("esta mañana",),
        "today+afternoon": ("esta tarde",),
        "today+night": ("esta noche",),
        "weekday": ("{weekday}",),
        "this_weekday": ("este {weekday}",),
        "coming_weekday": ("(?:este |el )?{weekday} entrante",),
        "next_weekday": (
            "(?:el )?próximo {weekday}",
            "(?:el )?{weekday} próximo",
            "(?:el |este )?{weekday} que viene",
        ),
        "this_week_weekday": (
            "(?:el )?{weekday} de esta semana",
            "esta semana(?:,? el|,)? {weekday}",
        ),
        "next_week_weekday": (
            "(?:el )?{weekday} (?:de )?(?:la )?(?:próxima semana|semana que viene|semana próxima"
            "|semana entrante|siguiente semana)",
            "(?:la )?(?:próxima semana|semana que viene|semana próxima)(?:,? el|,)? {weekday}",
        ),
        "date": (
            "(?:el )?(?:día )?{day}(?: de)? {month}(?:(?:,| de| del)? {year})?",
            "(?:el )?{day}-{month}-{year}",
        ),
        "day_of_month": ("(?:el |el día |día ){day}(?! ?(?:horas|hora|h|:))",),
        "day_this_month": (
            "(?:el )?(?:día )?{day} (?:de este|del|del presente|de este mismo) mes",
        ),
        "day_next_month": (
            "(?:el )?(?:día )?{day} (?:del|de) (?:próximo mes|mes que viene|mes próximo)",
        ),
        "month_end": (
            "(?:el )?último día (?:del|de este) mes|(?:a )?(?:fin|finales|final) de mes|fin del mes",
        ),
        "next_month_end": ("(?:el )?último día del (?:próximo mes|mes que viene)",),
        "last_day_of": ("(?:el )?último día de {month}(?: (?:de |del )?{year})?",),
        "number": ("{hourword}",),
        "worded": ("{hourword} ?{ampm}",),
        "oclock": (
            "(?:" + _AT + ")?{hour} ?" + _HOURS,
            _AT
            + "(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-5][0-9])(?: ?(?:h|hs|hrs|horas)\\.?)?"
            + _AMPM,
            "(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-5][0-9]) ?(?:h|hs|hrs|horas)\\.?",
            "{hour} ?h ?(?P<minute>[0-5][0-9])",
        ),
        "spoken": (
            _AT + "{hour} (?:y|con) {minute}(?: minutos)?" + _AMPM,
            _AT + "{hour} {minuteword}" + _AMPM,
        ),
        "half_past": ("(?:" + _AT + ")?{hour} y media" + _AMPM,),
        "quarter_past": ("(?:" + _AT + ")?{hour} y cuarto" + _AMPM,),
        "quarter_to": (
            "(?:" + _AT + ")?{hour} menos cuarto" + _AMPM,
            "(?:un )?cuarto para las? {hour}" + _AMPM,
        ),
        "hour_less": ("(?:" + _AT + ")?{hour} menos {minute}" + _AMPM,),
        "minutes_to": ("{minute}(?: minutos)? para las? {hour}" + _AMPM,),
        "noon": (
            "(?:al |a |el )?(?:mediodía|medio día)|(?:a )?las (?:12|doce) (?:del|de) "
            "(?:mediodía|medio día|día)|(?:a )?las (?:12|doce) del medio día",
        ),
        "midnight": (
            "(?:a |a la |la )?(?:medianoche|media noche)",
            "(?:a )?las (?:12|doce) de la noche",
        ),
        "morning": ("(?:de la |por la |en la |a la )mañana|temprano",),
        "dawn": ("(?:de la |por la |en la )?madrugada",),
        "afternoon": ("(?:de la |por la |en la |a la )?tarde",),
        "evening": ("(?:de la |por la |en la |a la )?noche",),
        "tomorrow+night": ("mañana noche|mañana (?:por|en) la noche",),
        "idiom": ("(?:dentro de|en) (?:ocho|quince) días",),
        "span": (
            "(?:dentro de|en|de aquí a) (?:exactamente )?{span}",
            r"\+ ?{span}",
            "{span} a partir de ahora",
            "de hoy en {span}",
        ),
        "shift": ("{span} (?:después de|a partir de|desde)",),
        "wait": ("(?:en|dentro de) {hour}",),
        "past": (
            "ayer|anteayer|antier|antes de ayer|anoche|hace {span}",
            "(?:el )?{weekday} pasado|(?:la semana|el mes|el año) pasad[oa]",
            "(?:el )?pasado {weekday}",
        ),
        "recurring": (
            "(?:cada|todos los|todas las) (?:{hour} )?{unit}",
            "cada|todos los|todas las|todos|todas|diario|diaria|diariamente|a diario|semanal|"
            "semanalmente|mensual|mensualmente|entre semana|los fines de semana|"
            "fines de semana|fin de semana|una vez (?:al|por|a la) (?:día|semana|mes)",
            "los {weekday}s?",
            "(?:sábados|domingos)",
        ),
        "several": ("y|e|o|u|luego|al|hasta|[-–—~/&|+]|->|→",),
        "bound": (
            "antes|antes de|antes del|después|después de|después del|hasta|desde|a partir de|"
            "a partir del|entre|sobre|hacia|alrededor de|aproximadamente|para antes|"
            "a más tardar|durante|como a|cerca de|a eso de",
        ),
        "negation": ("no|nunca|jamás|ningún|excepto|salvo",),
        "vague": (
            "(?:la )?(?:próxima semana|semana que viene|semana próxima)|esta semana|este mes|"
            "(?:el )?(?:próximo mes|mes que viene|próximo año|año que viene)|este año|"
            "este fin de semana|(?:al )?final del día|fin de año|fin del día|"
            "(?:el )?(?:primer|último|segundo|tercer) {weekday}(?: de| del)?",
        ),
        "month": ("{month}",),
        "at": ("a la|a las|las|la|@|para las",),
        "leads": ("el|en|para|para el|a",),
        "links": ("de|del",),
        "joins": (",",),
        "follows": ("en punto|exactamente|horas",),
    },
)
