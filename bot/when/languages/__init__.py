"""The six languages a time can be typed in, each a table of words and patterns."""

from bot.when.languages.english import ENGLISH
from bot.when.languages.french import FRENCH
from bot.when.languages.german import GERMAN
from bot.when.languages.japanese import JAPANESE
from bot.when.languages.language import Language, fold
from bot.when.languages.portuguese import PORTUGUESE
from bot.when.languages.spanish import SPANISH

LANGUAGES: dict[str, Language] = {
    language.code: language for language in (ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, JAPANESE)
}

__all__ = ["LANGUAGES", "Language", "fold"]
