"""Words in a cell and the codes they mean: kinds of customer, languages, countries, channels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from babel import Locale

from tijdig.domain.parties import Channel, Language, PartyKind

Code = TypeVar("Code")


def _by_word(meanings: Mapping[Code, str]) -> Mapping[str, Code]:
    return {word: code for code, words in meanings.items() for word in words.split(",")}


_KINDS: Mapping[str, PartyKind] = _by_word(
    {
        PartyKind.CONSUMER: "consumer,consument,particulier,private,privé,prive,individual,person,persoon,"
        "natuurlijk persoon,"
        "consommateur,particulier,personne physique,verbraucher,privatperson,privat,privatkunde,b2c,c",
        PartyKind.SOLE_TRADER: "sole trader,sole_trader,self-employed,freelancer,zzp,zzp'er,eenmanszaak,"
        "zelfstandige,"
        "indépendant,independant,entreprise individuelle,einzelunternehmer,einzelunternehmen,selbständig",
        PartyKind.COMPANY: "company,business,bedrijf,zakelijk,onderneming,rechtspersoon,vennootschap,bv,nv,"
        "entreprise,société,"
        "societe,professionnel,personne morale,firma,unternehmen,gmbh,geschäftskunde,b2b,b",
        PartyKind.PUBLIC_BODY: "public body,public_body,government,public,overheid,gemeente,publiek,"
        "autorité publique,"
        "administration,commune,secteur public,behörde,öffentliche hand,b2g,g",
        PartyKind.UNKNOWN: "unknown,onbekend,inconnu,unbekannt,?",
    }
)
_LANGUAGES: Mapping[str, Language] = _by_word(
    {
        Language.DUTCH: "nl,nld,dut,nl-nl,nl-be,dutch,nederlands,néerlandais,neerlandais,niederländisch",
        Language.FRENCH: "fr,fra,fre,fr-fr,fr-be,french,frans,français,francais,französisch",
        Language.ENGLISH: "en,eng,en-gb,en-us,english,engels,anglais,englisch",
        Language.GERMAN: "de,deu,ger,de-de,de-be,german,duits,allemand,deutsch",
    }
)
_CHANNELS: Mapping[str, Channel] = _by_word(
    {
        Channel.EMAIL: "email,e-mail,mail,digitaal,courriel,digital",
        Channel.LETTER: "letter,brief,post,papier,lettre,courrier,paper,poste",
    }
)


def party_kind(text: str) -> PartyKind | None:
    """Return the kind of customer a word means; None when it is no such word."""
    return _KINDS.get(text.strip().casefold().replace(".", ""))


def language(text: str) -> Language | None:
    """Return the language a word or code means; None when Tijdig does not speak it."""
    return _LANGUAGES.get(text.strip().casefold())


def channel(text: str) -> Channel | None:
    """Return the channel a word means; None when it is no such word."""
    return _CHANNELS.get(text.strip().casefold())


def country(text: str) -> str | None:
    """Return the two-letter code of a country by its code or its name in four languages; None: unknown."""
    return _countries().get(text.strip().casefold())


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Return the codes by name, as CLDR has them, with the words that are used besides."""
    found = {"holland": "NL", "nld": "NL", "bel": "BE", "deu": "DE", "fra": "FR", "lux": "LU", "uk": "GB"}
    for speech in Language:
        for code, name in Locale(speech.value).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(name.casefold(), code)
                found[code.casefold()] = code
    return found
