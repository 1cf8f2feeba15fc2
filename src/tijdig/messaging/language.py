"""Amounts, dates and fixed words of a message in the customer's language. Own tables, made for volume."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from tijdig.domain.money import exponent
from tijdig.domain.parties import Language

_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]+"
)


def clean(text: str) -> str:
    """Return `text` on one line, without control characters and marks that turn the reading direction."""
    return " ".join(_UNSEEN.sub(" ", text).split())


# CLDR 47: how each language groups thousands, marks the decimals, and where the currency stands.
_GROUP = {Language.DUTCH: ".", Language.FRENCH: "\u202f", Language.ENGLISH: ",", Language.GERMAN: "."}
_DECIMAL = {Language.DUTCH: ",", Language.FRENCH: ",", Language.ENGLISH: ".", Language.GERMAN: ","}
_CURRENCY_LAST = {Language.FRENCH, Language.GERMAN}
_SYMBOLS = {"EUR": "€"}


def amount(minor: int, currency: str, language: Language) -> str:
    """Return an amount of minor units as this language writes it: "€ 1.234,56", "1 234,56 €"."""
    decimals = exponent(currency)
    whole, fraction = divmod(minor, 10**decimals)
    figures = f"{whole:,}".replace(",", _GROUP[language])
    if decimals:
        figures += f"{_DECIMAL[language]}{fraction:0{decimals}d}"
    symbol = _SYMBOLS.get(currency, currency)
    if language in _CURRENCY_LAST:
        return f"{figures}\u00a0{symbol}"
    if language is Language.ENGLISH and symbol != currency:
        return f"{symbol}{figures}"
    return f"{symbol}\u00a0{figures}"


_MONTHS = {
    Language.DUTCH: "januari februari maart april mei juni juli augustus september oktober november december",
    Language.FRENCH: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    Language.ENGLISH: "January February March April May June July August September October November December",
    Language.GERMAN: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_MONTH_NAMES = {language: tuple(names.split()) for language, names in _MONTHS.items()}


@lru_cache(maxsize=4096)
def day(value: date, language: Language) -> str:
    """Return a date in full words: "3 december 2026", "1er décembre 2026", "3. Dezember 2026"."""
    number = str(value.day)
    if language is Language.GERMAN:
        number += "."
    elif language is Language.FRENCH and value.day == 1:
        number += "er"
    return f"{number} {_MONTH_NAMES[language][value.month - 1]} {value.year}"


@dataclass(frozen=True, slots=True)
class Labels:
    """The fixed words of one language: of the payment box, the overview and the foot."""

    to_pay: str
    account: str
    no_account: str
    """Stands for the account in test mode, as long as none is filled in."""
    payee: str
    reference: str
    pay_by: str
    see_overview: str
    within_14_days: str
    overview: str
    invoice: str
    invoice_date: str
    due_date: str
    open: str
    status: str
    days_late_one: str
    days_late_more: str
    today: str
    days_left_one: str
    days_left_more: str
    total: str
    later_note: str
    pay_heading: str
    tell_heading: str
    reply_or_call: str
    reply: str
    call_or_mail: str
    call: str
    mail: str
    write: str
    customer_number: str
    company_number: str
    vat_number: str
    phone: str
    item_reference: str
    page: str
    scan: str
    date: str

    def status_of(self, days_late: int) -> str:
        """Return in words how an invoice stands, by its days late (negative: days left)."""
        if days_late > 0:
            return self.days_late_one if days_late == 1 else self.days_late_more.format(n=days_late)
        if days_late == 0:
            return self.today
        return self.days_left_one if days_late == -1 else self.days_left_more.format(n=-days_late)

    def contact(self, *, reply: bool, phone: str, email: str) -> str:
        """Return the sentence that says how to reach a person; `reply`: by answering this message."""
        if reply:
            return self.reply_or_call.format(phone=phone) if phone else self.reply
        if phone and email:
            return self.call_or_mail.format(phone=phone, email=email)
        if phone:
            return self.call.format(phone=phone)
        return self.mail.format(email=email) if email else self.write


LABELS: Mapping[Language, Labels] = MappingProxyType(
    {
        Language.DUTCH: Labels(
            to_pay="Te betalen",
            account="Op rekening",
            no_account="nog in te vullen bij de instellingen",
            payee="Op naam van",
            reference="Vermeld daarbij",
            pay_by="Betaal uiterlijk",
            see_overview="zie de datum per factuur",
            within_14_days="binnen 14 dagen na ontvangst",
            overview="Overzicht",
            invoice="Factuur",
            invoice_date="Factuurdatum",
            due_date="Betalen voor of op",
            open="Open bedrag",
            status="Stand",
            days_late_one="1 dag te laat",
            days_late_more="{n} dagen te laat",
            today="vandaag",
            days_left_one="nog 1 dag",
            days_left_more="nog {n} dagen",
            total="Totaal",
            later_note=(
                "In het bedrag bovenaan zit alleen wat te laat is. "
                "De andere facturen betaalt u op hun eigen dag."
            ),
            pay_heading="Zo betaalt u",
            tell_heading="Klopt er iets niet? Of lukt betalen niet?",
            reply_or_call="Beantwoord deze e-mail of bel {phone}.",
            reply="Beantwoord deze e-mail.",
            call_or_mail="Bel {phone} of mail naar {email}.",
            call="Bel {phone}.",
            mail="Mail naar {email}.",
            write="Schrijf naar het adres onderaan deze brief.",
            customer_number="Klantnummer",
            company_number="Ondernemingsnummer",
            vat_number="Btw",
            phone="Telefoon",
            item_reference="Kenmerk",
            page="Pagina",
            scan="Scan met de app van uw bank",
            date="Datum",
        ),
        Language.FRENCH: Labels(
            to_pay="À payer",
            account="Sur le compte",
            no_account="à compléter dans les paramètres",
            payee="Au nom de",
            reference="Communication",
            pay_by="Au plus tard",
            see_overview="voir la date de chaque facture",
            within_14_days="dans les 14 jours après réception",
            overview="Aperçu",
            invoice="Facture",
            invoice_date="Date de facture",
            due_date="À payer pour le",
            open="Montant ouvert",
            status="Situation",
            days_late_one="1 jour de retard",
            days_late_more="{n} jours de retard",
            today="aujourd’hui",
            days_left_one="encore 1 jour",
            days_left_more="encore {n} jours",
            total="Total",
            later_note=(
                "Le montant en haut ne comprend que les factures en retard. "
                "Vous payez les autres factures à leur propre date."
            ),
            pay_heading="Comment payer",
            tell_heading="Une erreur\u00a0? Ou un paiement difficile\u00a0?",
            reply_or_call="Répondez à cet e-mail ou appelez le {phone}.",
            reply="Répondez à cet e-mail.",
            call_or_mail="Appelez le {phone} ou écrivez à {email}.",
            call="Appelez le {phone}.",
            mail="Écrivez à {email}.",
            write="Écrivez à l’adresse en bas de cette lettre.",
            customer_number="Numéro de client",
            company_number="Numéro d’entreprise",
            vat_number="TVA",
            phone="Téléphone",
            item_reference="Communication",
            page="Page",
            scan="Scannez avec l’app de votre banque",
            date="Date",
        ),
        Language.ENGLISH: Labels(
            to_pay="To pay",
            account="To account",
            no_account="to be filled in in the settings",
            payee="In the name of",
            reference="Payment reference",
            pay_by="Pay by",
            see_overview="see the date of each invoice",
            within_14_days="within 14 days of receipt",
            overview="Overview",
            invoice="Invoice",
            invoice_date="Invoice date",
            due_date="Pay by",
            open="Open amount",
            status="Status",
            days_late_one="1 day late",
            days_late_more="{n} days late",
            today="today",
            days_left_one="1 day left",
            days_left_more="{n} days left",
            total="Total",
            later_note=(
                "The amount at the top covers only what is late. "
                "Please pay the other invoices on their own day."
            ),
            pay_heading="How to pay",
            tell_heading="Is something wrong? Or can’t you pay?",
            reply_or_call="Reply to this e-mail or call {phone}.",
            reply="Reply to this e-mail.",
            call_or_mail="Call {phone} or write to {email}.",
            call="Call {phone}.",
            mail="Write to {email}.",
            write="Write to the address at the foot of this letter.",
            customer_number="Customer number",
            company_number="Company number",
            vat_number="VAT",
            phone="Telephone",
            item_reference="Reference",
            page="Page",
            scan="Scan with your bank’s app",
            date="Date",
        ),
        Language.GERMAN: Labels(
            to_pay="Zu zahlen",
            account="Auf das Konto",
            no_account="noch in den Einstellungen einzutragen",
            payee="Empfänger",
            reference="Verwendungszweck",
            pay_by="Zahlbar bis",
            see_overview="siehe Datum je Rechnung",
            within_14_days="innerhalb von 14 Tagen nach Erhalt",
            overview="Übersicht",
            invoice="Rechnung",
            invoice_date="Rechnungsdatum",
            due_date="Zahlbar bis",
            open="Offener Betrag",
            status="Stand",
            days_late_one="1 Tag zu spät",
            days_late_more="{n} Tage zu spät",
            today="heute",
            days_left_one="noch 1 Tag",
            days_left_more="noch {n} Tage",
            total="Summe",
            later_note=(
                "Der Betrag oben umfasst nur, was überfällig ist. "
                "Die anderen Rechnungen bezahlen Sie zu ihrem eigenen Termin."
            ),
            pay_heading="So bezahlen Sie",
            tell_heading="Stimmt etwas nicht? Oder können Sie nicht zahlen?",
            reply_or_call="Antworten Sie auf diese E-Mail oder rufen Sie uns an: {phone}.",
            reply="Antworten Sie auf diese E-Mail.",
            call_or_mail="Rufen Sie uns an: {phone}. Oder schreiben Sie an {email}.",
            call="Rufen Sie uns an: {phone}.",
            mail="Schreiben Sie an {email}.",
            write="Schreiben Sie an die Adresse am Ende dieses Briefes.",
            customer_number="Kundennummer",
            company_number="Unternehmensnummer",
            vat_number="USt-IdNr.",
            phone="Telefon",
            item_reference="Referenz",
            page="Seite",
            scan="Mit Ihrer Banking-App scannen",
            date="Datum",
        ),
    }
)
