"""Portuguese words for times."""

from bot.when.languages.language import Language

_NUMBERS = (
    "um uma/dois duas/três/quatro/cinco/seis/sete/oito/nove/dez/onze/doze/treze/"
    "quatorze catorze/quinze/dezesseis dezasseis/dezessete dezassete/dezoito/"
    "dezenove dezanove/vinte/vinte-e-um vinte-e-uma/vinte-e-dois vinte-e-duas/vinte-e-três/"
    "vinte-e-quatro/vinte-e-cinco/vinte-e-seis/vinte-e-sete/vinte-e-oito/vinte-e-nove/trinta/"
    "trinta-e-um"
)
_AT = "(?:às?|as|pelas|ás) "
_HOURS = "(?:horas|hora|hrs.|hrs|hs.|hs|h)"

PORTUGUESE = Language(
    code="pt",
    weekdays=(
        "segunda-feira segunda 2ª-feira 2ª seg./terça-feira terça 3ª-feira 3ª ter./"
        "quarta-feira quarta 4ª-feira 4ª qua./quinta-feira quinta 5ª-feira 5ª qui./"
        "sexta-feira sexta 6ª-feira 6ª sex./sábado sáb./domingo dom."
    ),
    months=(
        "janeiro jan./fevereiro fev./março mar./abril abr./maio mai./junho jun./julho jul./"
        "agosto ago./setembro set./outubro out./novembro nov./dezembro dez."
    ),
    numbers=_NUMBERS,
    more_numbers={
        "trinta e cinco": 35,
        "quarenta": 40,
        "quarenta e cinco": 45,
        "cinquenta": 50,
        "cinquenta e cinco": 55,
    },
    ordinals="primeiro",
    ordinal_signs="º|°|o",
    amounts={
        "meia": 0.5,
        "um par de": 2,
        "sessenta": 60,
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
        "quarto de hora": ("seconds", 900),
        "quartos de hora": ("seconds", 900),
        "hora": ("seconds", 3600),
        "horas": ("seconds", 3600),
        "hrs.": ("seconds", 3600),
        "hs.": ("seconds", 3600),
        "h": ("seconds", 3600),
        "dia": ("days", 1),
        "dias": ("days", 1),
        "semana": ("weeks", 1),
        "semanas": ("weeks", 1),
        "quinzena": ("days", 15),
        "mês": ("months", 1),
        "meses": ("months", 1),
        "ano": ("months", 12),
        "anos": ("months", 12),
    },
    join=" e |, | ?",
    half_before="(?!)",
    half_after=" e meia| e meio",
    quarter_after=" e um quarto",
    rules={
        "today": ("hoje|no dia de hoje",),
        "tomorrow": ("amanhã",),
        "overmorrow": ("depois de amanhã",),
        "today+morning": ("hoje cedo|(?:n)?esta manhã",),
        "today+afternoon": ("(?:nesta|esta) tarde",),
        "today+night": ("(?:nesta|esta) noite",),
        "weekday": ("{weekday}",),
        "this_weekday": ("(?:este|esta|neste|nesta) {weekday}",),
        "coming_weekday": ("(?:na |no )?{weekday} agora",),
        "next_weekday": (
            "(?:na |no |a |o )?(?:próxima|próximo) {weekday}",
            "(?:na |no |a |o )?{weekday} (?:próxima|próximo)",
            "(?:na |no |a |o )?{weekday} que vem",
        ),
        "this_week_weekday": (
            "(?:na |no )?{weekday} (?:desta|dessa) semana",
            "(?:esta|nesta) semana(?:,? na|,? no|,)? {weekday}",
        ),
        "next_week_weekday": (
            "(?:na |no )?{weekday} (?:da |na )?(?:próxima semana|semana que vem|semana próxima)",
            "(?:na )?(?:próxima semana|semana que vem)(?:,? na|,? no|,)? {weekday}",
        ),
        "date": (
            "(?:no )?(?:dia )?{day}(?: de)? {month}(?:(?:,| de)? {year})?",
            "{day}[-/]{month}[-/]{year}",
        ),
        "day_of_month": ("(?:no |o )?dia {day}",),
        "day_this_month": ("(?:no )?(?:dia )?{day} (?:deste|do) mês",),
        "day_next_month": ("(?:no )?(?:dia )?{day} (?:do|de) (?:próximo mês|mês que vem)",),
        "month_end": ("(?:no )?último dia (?:do|deste) mês|(?:no )?(?:fim|final) do mês",),
        "next_month_end": ("(?:no )?último dia do (?:próximo mês|mês que vem)",),
        "last_day_of": ("(?:no )?último dia de {month}(?: (?:de )?{year})?",),
        "number": ("{hourword}",),
        "oclock": (
            "(?:" + _AT + ")?{hour} ?" + _HOURS,
            "(?:" + _AT + ")?{hour} ?h ?(?P<minute>[0-5][0-9])(?: ?min|m)?",
            "(?:" + _AT + ")?{hour} horas? e {minute}(?: minutos)?",
            "(?:" + _AT + ")?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-5][0-9]) ?(?:horas|hrs|hs|h)",
        ),
        "spoken": (_AT + "{hour} e {minute}(?: minutos)?", "{hourword} e {minuteword}"),
        "half_past": ("(?:" + _AT + ")?{hour}(?: horas?| ?h)? e (?:meia|30)",),
        "quarter_past": ("(?:" + _AT + ")?{hour}(?: horas?)? e um quarto",),
        "quarter_to": ("(?:um )?quarto para (?:às?|as?|o|ao)? ?{hour}",),
        "minutes_to": (
            "(?:às |as )?{minute}(?: minutos)? (?:para|pras|pra) ?(?:às?|as?|o)? ?{hour}(?: horas)?",
        ),
        "noon": ("(?:ao |a |às |as )?(?:12h do )?(?:meio[ -]?dia)",),
        "noon_half": ("(?:ao |a |às |as )?meio[ -]?dia e (?:meia|trinta)",),
        "noon_quarter": ("(?:ao |a |às |as )?meio[ -]?dia e (?:quinze|um quarto)",),
        "midnight": ("(?:à |a |às )?meia[ -]noite",),
        "morning": ("(?:da |de |pela |na |à |a )?manhã|cedo",),
        "dawn": ("(?:da |de |pela |na )?madrugada",),
        "afternoon": ("(?:da |de |pela |na |à |a )?tarde",),
        "evening": ("(?:da |de |pela |na |à |a )?noite",),
        "idiom": ("(?:em|dentro de|daqui a|daqui) (?:oito|quinze) dias",),
        "span": (
            "(?:daqui a|daqui|dentro de|em|dali a) (?:exatamente )?{span}",
            r"\+ ?{span}",
            "{span} a partir de agora",
        ),
        "shift": ("{span} (?:depois de|após|a partir de)",),
        "wait": ("(?:em|dentro de|daqui a) {hour}",),
        "past": (
            "ontem|anteontem|(?:há|faz) {span}",
            "(?:na |no )?(?:última|último) {weekday}",
            "(?:na |no )?{weekday} passad[oa]|(?:semana|mês|ano) passad[oa]",
            "{span} atrás",
        ),
        "recurring": (
            "(?:todo|toda|todos os|todas as|cada|a cada) (?:{hour} )?{unit}",
            "cada|todos os|todas as|todo|toda|todos|todas|diário|diária|diariamente|semanal|"
            "semanalmente|mensal|mensalmente|dias úteis|fins? de semana|final de semana|"
            "uma vez por (?:dia|semana|mês)",
            "(?:às |aos |nas |nos )?(?:segundas|terças|quartas|quintas|sextas)(?:[- ]feiras)?",
            "(?:aos |nos )?(?:sábados|domingos)",
        ),
        "several": ("e|ou|até|depois|a|ao|[-–—~/&|+]|->|→",),
        "bound": (
            "antes|antes de|antes das|depois|depois de|depois das|após|até|até as|até às|desde|"
            "a partir de|a partir das|entre|por volta de|por volta das|lá pelas|"
            "aproximadamente|no máximo|durante|cerca de|cerca das|das",
        ),
        "negation": ("não|nunca|jamais|nenhum|exceto|salvo|menos",),
        "vague": (
            "(?:na )?(?:próxima semana|semana que vem)|(?:esta|nesta) semana|este mês|"
            "(?:no )?(?:próximo mês|mês que vem|próximo ano|ano que vem)|este ano|"
            "(?:no |neste )?(?:fim|final) de semana|(?:no )?(?:fim|final) do (?:dia|ano)|"
            "(?:fim|final) do expediente|(?:na |no )?(?:primeira|primeiro|última|último) {weekday}",
        ),
        "month": ("{month}",),
        "at": ("à|às|as|@|pelas|para às|para as|ás",),
        "leads": ("em|na|no|para|para o|pra",),
        "links": ("de|da|do",),
        "joins": (",",),
        "follows": ("em ponto|exatamente|horas",),
    },
)
