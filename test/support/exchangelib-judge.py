"""
Lets exchangelib, a client that other people wrote, use the simulated Exchange and read what it pushes.

Reads one JSON object from stdin: {"url", "email", "password", "auth", "callbackUrl", "itemIds", "pushes"}.
Writes one JSON object: {step: what came of it}. A step that failed has {"error": class, "text": message}.
"""

import json
import sys

from exchangelib import BASIC, DELEGATE, NTLM, Account, Configuration, Credentials
from exchangelib.protocol import Protocol
from exchangelib.services import SendNotification
from exchangelib.version import EXCHANGE_2016, Version

asked = json.load(sys.stdin)
report = {}


def step(name, action):
    try:
        report[name] = action()
    except Exception as error:  # Whatever it stumbles over is its verdict.
        report[name] = {"error": type(error).__name__, "text": str(error)[:400]}


def configuration(**changes):
    return Configuration(
        service_endpoint=asked["url"],
        credentials=Credentials(asked["email"], asked["password"]),
        auth_type={"basic": BASIC, "ntlm": NTLM}[asked["auth"]],
        retry_policy=None,
        **changes,
    )


def open_account():
    return Account(
        asked["email"],
        config=configuration(version=Version(EXCHANGE_2016)),
        autodiscover=False,
        access_type=DELEGATE,
    )


def folder_of(folder):
    return {
        "class": type(folder).__name__,
        "name": folder.name,
        "total": folder.total_count,
        "unread": getattr(folder, "unread_count", None),
    }


def item_of(item):
    if isinstance(item, Exception):
        return {"error": type(item).__name__}
    author = getattr(item, "author", None) or getattr(item, "sender", None)
    return {
        "class": type(item).__name__,
        "itemClass": item.item_class,
        "subject": item.subject,
        "from": author and author.email_address,
        "isRead": getattr(item, "is_read", None),
        "isDraft": item.is_draft,
    }


def event_of(event):
    names = ("item_id", "folder_id", "parent_folder_id", "old_item_id", "old_folder_id", "old_parent_folder_id")
    ids = {name: bool(getattr(event, name, None)) for name in names if getattr(event, name, None)}
    return {
        "class": type(event).__name__,
        "watermark": bool(event.watermark),
        "timestamp": bool(getattr(event, "timestamp", None)),
        "unread": getattr(event, "unread_count", None),
        **ids,
    }


def push_of(body):
    parser = SendNotification(protocol=None)
    return [
        {
            "subscription": bool(one.subscription_id),
            "previous": bool(one.previous_watermark),
            "more": one.more_events,
            # It keeps no order between events of different kinds.
            "events": sorted((event_of(event) for event in one.events), key=lambda event: event["class"]),
        }
        for one in parser.parse(body.encode("utf-8"))
    ]


def pushes_of():
    found = []
    for body in asked["pushes"]:
        try:
            found.append(push_of(body))
        except Exception as error:
            found.append({"error": type(error).__name__, "text": str(error)[:200]})
    return found


step("version", lambda: str(Protocol(config=configuration()).version))
step("root", lambda: folder_of(open_account().root))
if "error" in report["root"]:
    json.dump(report, sys.stdout, default=str)
    sys.exit()

account = open_account()
for name in ("inbox", "calendar", "contacts", "tasks", "drafts"):
    step(name, lambda name=name: folder_of(getattr(account, name)))
step("refreshed", lambda: folder_of(account.inbox.refresh()))
step("subscribed", lambda: [bool(part) for part in account.inbox.subscribe_to_push(asked["callbackUrl"])[:2]])
step("fetched", lambda: [item_of(item) for item in account.fetch(ids=[(id, None) for id in asked["itemIds"]])])
step(
    "fetched-some-fields",
    lambda: [
        item_of(item)
        for item in account.fetch(
            ids=[(id, None) for id in asked["itemIds"]],
            only_fields=["subject", "is_read", "item_class", "is_draft", "author"],
        )
    ],
)
step("folders", lambda: sorted(f"{type(one).__name__} {one.name}" for one in account.root.walk()))
step("listed", lambda: [item_of(item) for item in account.inbox.all().order_by("-datetime_received")])
step("page", lambda: [item.subject for item in account.inbox.all().order_by("datetime_received")[1:3]])


def synced():
    inbox = account.inbox
    changes = [(kind, item_of(item)["subject"]) for kind, item in inbox.sync_items()]
    return {"changes": changes, "again": len(list(inbox.sync_items()))}


step("synced", synced)
step("pushes", pushes_of)
json.dump(report, sys.stdout, default=str)
