"""The list of payments of a year: who transfers how much to whom, for which plant and by which law."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.errors import ConflictError, NotFoundError
from core.texts import Catalogue, Finding, Language, catalogue
from operations.house import Call, House
from operations.shares.keeping import parties_of, read_year, scope_of
from operations.shares.rows import told
from operations.shares.shares import Year, account_in, newest_year
from operations.values import Told
from renewables.accounting import PURPOSE_LENGTH, Payment, payments, short_citation
from renewables.accounts import AccountKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSharePayments:
    """Which payments: of a `year` (the newest settled), to or by whom (`municipality:<id>`, `operator:<id>`; all).

    `language` is that of the purposes.
    """

    year: Year | None = None
    party: str | None = None
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePayment:
    """One transfer, with the `purpose` that stands on it; `revision` is that of the settlement."""

    payer: str
    payee: str
    key: str
    amount_eur: Decimal
    purpose: str
    law: str
    citation: str
    rule: str
    plant: str
    year: int
    payment_year: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHeldBack:
    """A payment of a draft, which must not be made, and what is open."""

    payer: str
    payee: str
    key: str
    amount_eur: Decimal
    rule: str
    plant: str
    open: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePayments:
    """What is to be paid for a year: `sum_eur` is the sum of `items`; those `held_back` must not be paid."""

    year: int
    party: str | None
    sum_eur: Decimal
    items: tuple[SharePayment, ...]
    held_back: tuple[PaymentHeldBack, ...]


async def list_share_payments(house: House, request: ListSharePayments, _call: Call) -> SharePayments:
    """Return the payments of a year; those of drafts stand apart with what is open about them.

    Raises `NotFoundError` where nothing was settled or for an unknown account, `ConflictError` where all are drafts.
    """
    year = await newest_year(house, request.year)
    found = await read_year(house, year)
    if not found.plants:
        raise NotFoundError("shares.nothing_settled")
    settled = [settled for each in found.plants for settled in each.settled]
    all_of_it = payments(settled, parties_of(found.plants))
    if request.party:
        account = account_in(found, request.party)
        scope = scope_of(account)
        mine = account.key if account.kind is AccountKind.MUNICIPALITY else account.name
        all_of_it = tuple(each for each in all_of_it if mine in (each.key, each.payer))
    else:
        scope = None
    open_of = {each.shares.plant.id: each.shares.findings for each in found.plants}
    payable = [each for each in all_of_it if not each.findings and not open_of[each.plant]]
    refused = [each for each in all_of_it if each.findings or open_of[each.plant]]
    if refused and not payable:
        plants = ", ".join(sorted({each.plant for each in refused}))
        raise ConflictError("shares.only_drafts", count=len(refused), plants=plants[:200])
    texts = catalogue(request.language)
    return SharePayments(
        year=year,
        party=scope,
        sum_eur=sum((each.amount_eur for each in payable), Decimal("0.00")),
        items=tuple(_row(each, texts) for each in payable),
        held_back=tuple(_refused(each, open_of[each.plant]) for each in refused),
    )


def _row(payment: Payment, texts: Catalogue) -> SharePayment:
    return SharePayment(
        payer=payment.payer,
        payee=payment.payee,
        key=payment.key,
        amount_eur=payment.amount_eur,
        purpose=purpose_of(payment, texts),
        law=payment.law,
        citation=payment.citation,
        rule=payment.rule,
        plant=payment.plant,
        year=payment.year,
        payment_year=payment.payment_year,
        revision=payment.revision,
    )


def purpose_of(payment: Payment, texts: Catalogue) -> str:
    """Return what stands on a transfer: year, plant, law and revision, cut at the end of the plant's name to fit."""
    said: dict[str, str | int] = {
        "year": payment.year,
        "law": short_citation(payment.citation),
        "revision": payment.revision,
        "key": payment.key,
    }
    room = PURPOSE_LENGTH - len(texts.say("shares.purpose", plant="", **said))
    return texts.say("shares.purpose", plant=payment.plant_name[: max(room, 0)].rstrip(), **said)[:PURPOSE_LENGTH]


def _refused(payment: Payment, findings: tuple[Finding, ...]) -> PaymentHeldBack:
    return PaymentHeldBack(
        payer=payment.payer,
        payee=payment.payee,
        key=payment.key,
        amount_eur=payment.amount_eur,
        rule=payment.rule,
        plant=payment.plant,
        open=told(dict.fromkeys((*payment.findings, *findings))),
    )
