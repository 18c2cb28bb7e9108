"""Commands for the customer's page: links to orders, and the merchants in whose name it speaks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from waypost.api.tracking_links import link_json, make
from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, show, table, told
from waypost.domain.errors import NotFound
from waypost.domain.instants import now_us
from waypost.services import merchants, order
from waypost.services import tracking as links
from waypost.services.app import Waypost
from waypost.services.merchants import Merchant

tracking = typer.Typer(help="Links that show one order to its customer.", no_args_is_help=True)
shops = typer.Typer(help="Merchants: name, help line, and which sites may embed the page.", no_args_is_help=True)
tracking.add_typer(shops, name="merchants")


@tracking.command("issue")
@told
def issue(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="Any id of the order.")],
    merchant: Annotated[str | None, typer.Option(help="Key of the merchant in whose name the page speaks.")] = None,
    lang: Annotated[str, typer.Option(help="en | zh; without it, the reader's browser decides.")] = "",
    days: Annotated[int, typer.Option(help="How long the link is good.")] = links.DAYS,
    base: Annotated[str, typer.Option(help="Address of the server, for the link.")] = "http://localhost:8501",
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Make a link to an order; it is shown once."""
    wanted = {"order": order_id, "merchant": merchant, "lang": lang, "days": days}
    with Waypost.open(db) as waypost:
        token, link = make(waypost, wanted, "cli")
    url = f"{base.rstrip('/')}/t/{token}"
    found = {**link_json(link), "token": token, "url": url}
    show(found, as_json, lambda: print(f"Link (shown once, good for {days} days): {url}"))


@tracking.command("list")
@told
def listing(
    order_id: Annotated[str | None, typer.Option("--order", help="Only the links of this order.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """List links, newest first, without their tokens."""
    with Waypost.open(db) as waypost:
        key = order.find_order(waypost.engine, waypost.current(), order_id) if order_id else None
        found = links.listing(waypost.engine, key=key, limit=limit)
    rows: list[dict[str, Any]] = [link_json(link) for link in found.rows]
    columns = ["id", "order", "merchant", "lang", "state", "expires", "created_by"]
    show(rows, as_json, lambda: table("Tracking links", columns, [[row[name] for name in columns] for row in rows]))


@tracking.command("revoke")
@told
def revoke(link_id: int, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Revoke a link; its open pages end within seconds."""
    with Waypost.open(db) as waypost:
        found = link_json(links.revoke(waypost.engine, link_id, now_us(), "cli"))
    show(found, as_json, lambda: print(f"Link {link_id} to order {found['order']} is revoked."))


@shops.command("list")
@told
def merchants_list(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List merchants."""
    with Waypost.open(db) as waypost:
        found = [_as_json(each) for each in merchants.listing(waypost.engine)]
    rows = [[each["key"], each["name"], " ".join(each["origins"]), each["zone"]] for each in found]
    show(found, as_json, lambda: table("Merchants", ["key", "name", "may be embedded by", "zone"], rows))


@shops.command("set")
@told
def merchants_set(
    key: str,
    name: Annotated[str | None, typer.Option(help="The name that customers know.")] = None,
    origin: Annotated[
        list[str] | None, typer.Option(help="A site that may embed the page; replaces those held. '' takes all away.")
    ] = None,
    colour: Annotated[str | None, typer.Option(help="#RRGGBB")] = None,
    logo: Annotated[Path | None, typer.Option(help="A small .svg or .png file.")] = None,
    help_en: Annotated[str | None, typer.Option(help="Help line in English.")] = None,
    help_zh: Annotated[str | None, typer.Option(help="Help line in Chinese.")] = None,
    help_url: Annotated[str | None, typer.Option(help="https://..., mailto:... or tel:...")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of its customers, an IANA name.")] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Make a merchant, or change what is given of one."""
    given = {"name": name, "colour": colour, "help_en": help_en, "help_zh": help_zh, "help_url": help_url, "zone": zone}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    if origin is not None:
        changes["origins"] = tuple(origin)
    if logo is not None:
        changes["logo"] = _logo(logo)
    with Waypost.open(db) as waypost:
        try:
            held = merchants.get(waypost.engine, key)
        except NotFound:
            held = Merchant(key, name or "")
        found = _as_json(merchants.save(waypost.engine, held._replace(**changes), now_us(), "cli"))
    show(found, as_json, lambda: print(f"Merchant '{key}' is saved."))


@shops.command("remove")
@told
def merchants_remove(key: str, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Remove a merchant that no link names."""
    with Waypost.open(db) as waypost:
        merchants.remove(waypost.engine, key, now_us(), "cli")
    show({"key": key, "removed": True}, as_json, lambda: print(f"Merchant '{key}' is removed."))


def _logo(path: Path) -> str:
    try:
        return merchants.logo_of(path.read_bytes(), path.suffix.lower().removeprefix("."))
    except OSError:
        raise NotFound(f"There is no file {path}.") from None


def _as_json(merchant: Merchant) -> dict[str, Any]:
    found = merchant._asdict()
    del found["id"]
    return {**found, "origins": list(merchant.origins)}
