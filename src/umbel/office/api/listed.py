# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lists: every list of the editions as two operations, made from its declaration: the list, and one of its rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Query
from pydantic import Field, create_model

from umbel.office.api.answers import edition_told, of_edition
from umbel.office.api.hidden import without
from umbel.office.api.machine import operation, unfit
from umbel.office.api.schemas import REF
from umbel.office.editions import Asked, Column, Kind, Listing, Page, Row, list_of, row_of
from umbel.office.editions.listing import MOST_PER_PAGE, PER_PAGE
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from pydantic import BaseModel

SCHEMAS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.NUMBER: {"type": ["number", "null"]},
    Kind.SHARE: {"type": ["number", "null"]},
    Kind.DAY: {"type": ["string", "null"]},
    Kind.MOMENT: {"type": ["string", "null"]},
    Kind.YES: {"type": ["boolean", "null"]},
    Kind.WORDS: {"type": ["array", "null"], "items": {"type": "string"}},
    Kind.OUTCOME: {"type": ["string", "null"]},
}
BETWEEN = frozenset({Kind.NUMBER, Kind.SHARE, Kind.DAY, Kind.MOMENT})
OWN = ("q", "sort", "limit", "after", "as_of")


def shown_columns(listing: Listing) -> list[Column]:
    """All columns but the one that only says to whom a row shows: it may name what not everybody may see."""
    return [c for c in listing.columns if not (c.name == listing.project and c.kind is Kind.WORDS)]


def declare(listing: Listing, *, who: Who = Who.VIEWER) -> None:
    """Make the operations of a list."""
    operation(
        "GET",
        f"/{listing.name}",
        tag=listing.title,
        who=who,
        name=listing.name,
        answers=page_schema(listing),
        coming=True,
        example=f"/api/v1/{listing.name}?limit=3",
    )(_list(listing))
    operation(
        "GET",
        f"/{listing.name}/{{path:key}}",
        tag=listing.title,
        who=who,
        name=f"{listing.name}-one",
        answers=one_schema(listing),
        coming=True,
        sample={"key": "nothing-of-this-name"},
    )(_one(listing))


def _list(listing: Listing) -> Callable[..., HttpResponse]:
    model = asked_model(listing)
    named = {"key", *(column.name for column in shown_columns(listing))}
    known = {*OWN, *(column.name for column in shown_columns(listing) if column.filtered)}

    def view(request: HttpRequest, asked: Any) -> HttpResponse:
        strange = sorted(set(request.GET) - known)
        if strange:
            return unfit(
                [{"place": f"query.{name}", "message": "is no parameter of this list"} for name in strange]
            )
        told = asked.model_dump()
        question = Asked(
            search=told["q"],
            filters={name: tuple(told[name]) for name in known - set(OWN) if told[name]},
            order=told["sort"],
            per_page=told["limit"],
            after=told["after"],
        )
        found = list_of(listing, question, seen_of(request))
        response = of_edition(
            request,
            found,
            lambda page: {
                **without(_page(page, named), seen_of(request), fields=True),
                "state": found.state.value,
                "edition": edition_told(found.edition),
            },
        )
        if found.value is not None and found.value.next:
            response["Link"] = f'<{_onward(request, found.value.next)}>; rel="next"'
        return response

    view.__annotations__["asked"] = Query[model]  # type: ignore[valid-type, misc]
    view.__doc__ = f"{listing.title}: {listing.about}"
    return view


def _one(listing: Listing) -> Callable[..., HttpResponse]:
    named = {"key", *(column.name for column in shown_columns(listing))}

    def view(request: HttpRequest, key: str, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - Seen has it
        found = row_of(listing, key, seen_of(request))
        return of_edition(
            request,
            found,
            lambda row: {
                "row": without(_row(row, named), seen_of(request), fields=True),
                "state": found.state.value,
                "edition": edition_told(found.edition),
            },
        )

    view.__annotations__["as_of"] = date | None
    view.__doc__ = f"One {listing.noun[0]} by its key."
    return view


def _row(row: Row, named: set[str]) -> Row:
    return {name: value for name, value in row.items() if name in named}


def _page(page: Page, named: set[str]) -> dict[str, Any]:
    return {
        "rows": [_row(row, named) for row in page.rows],
        "total": page.total,
        "whole": page.whole,
        "sort": page.order,
        "forgiven": page.forgiven,
        "choices": {
            name: [{"value": each.value, "count": each.count} for each in several]
            for name, several in page.choices.items()
            if name in named
        },
        "next": page.next,
    }


def _onward(request: HttpRequest, cursor: str) -> str:
    told = request.GET.copy()
    told["after"] = cursor
    return request.build_absolute_uri(f"{request.path}?{told.urlencode()}")


def asked_model(listing: Listing) -> type[BaseModel]:
    """The parameters of a list: what is its own, and a filter for each column that has one."""
    orders = [sign + column.name for column in shown_columns(listing) for sign in ("", "-")]
    fields: dict[str, Any] = {
        "q": (str, Field("", max_length=200, description="Words that must be there; forgiving.")),
        "sort": (
            str | None,
            Field(
                None,
                description="A column; - before it: largest first.",
                json_schema_extra={"enum": [*orders, None]},
            ),
        ),
        "limit": (int, Field(PER_PAGE, ge=1, le=MOST_PER_PAGE, description="Rows at once.")),
        "after": (
            str | None,
            Field(None, max_length=4096, description="Where to go on: `next` of the page before."),
        ),
        "as_of": (date | None, Field(None, description="A past day: the list as it was at its end.")),
    }
    for column in shown_columns(listing):
        if column.filtered:
            fields[column.name] = (
                list[Annotated[str, Field(max_length=300)]],
                Field([], max_length=50, description=_filter_words(column)),
            )
    return create_model(f"Asked_{listing.name}", **fields)


def _filter_words(column: Column) -> str:
    about = f"{column.title}. {column.about}".strip()
    how = (
        "`low..high`, open at either end"
        if column.kind in BETWEEN
        else "one of these values; may be repeated"
    )
    return f"{about} Lets through {how}; `?` is unknown."


def row_schema(listing: Listing) -> dict[str, Any]:
    """A row of a list as JSON schema; unknown is null."""
    properties: dict[str, Any] = {"key": {"type": "string", "description": "What names the row for ever."}}
    for column in shown_columns(listing):
        properties[column.name] = {
            **SCHEMAS[column.kind],
            "description": f"{column.title}. {column.about}".strip(),
        }
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


_STATE = {
    "type": "string",
    "enum": ["ready", "older"],
    "description": "older: newer evidence is being worked in.",
}


def _edition() -> dict[str, Any]:
    return {"anyOf": [{"$ref": REF.format(name="EditionTold")}, {"type": "null"}]}


def one_schema(listing: Listing) -> dict[str, Any]:
    """One row with the edition that it comes from."""
    properties = {"row": row_schema(listing), "state": _STATE, "edition": _edition()}
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def page_schema(listing: Listing) -> dict[str, Any]:
    """A page of a list."""
    choice = {
        "type": "object",
        "properties": {"value": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["value", "count"],
    }
    properties = {
        "rows": {"type": "array", "items": row_schema(listing)},
        "total": {"type": "integer", "description": "Rows that were let through."},
        "whole": {"type": "integer", "description": "Rows that there are."},
        "sort": {"type": "string"},
        "forgiven": {"type": "boolean", "description": "Nothing matched as it was written; these are alike."},
        "choices": {"type": "object", "additionalProperties": {"type": "array", "items": choice}},
        "next": {"type": ["string", "null"], "description": "The cursor of what comes after."},
        "state": _STATE,
        "edition": _edition(),
    }
    return {"type": "object", "properties": properties, "required": sorted(properties)}
