"""Meta's customer-file audiences, emulated from the documentation of the Marketing API.

Pages: "Customer File Custom Audiences", the references "Custom Audience", "Custom Audience Users",
"Custom Audience Users Replace" and "Custom Audience Session", "Custom Audience Terms Of Service",
"Error Reference", "Rate Limiting"; "Graph API › User permissions" and "Paginated results".
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import partial

import httpx

from dataout.testing.emulators import faults
from dataout.testing.emulators.door import Call, Door, Logged
from dataout.testing.emulators.faults import Fault, Faults
from dataout.testing.emulators.meta_gate import Gate, Visit
from dataout.testing.emulators.meta_replies import Refusal, invalid, missing
from dataout.testing.emulators.meta_state import Audience, Key, Rules, identifying
from dataout.testing.emulators.meta_uploads import Uploads, read_upload
from dataout.testing.emulators.meta_views import audience_view, page, picked, session_view
from dataout.testing.emulators.wire import Params, decoded, parameters

Act = Callable[[Fault | None], Params]

_VERSION = re.compile(r"v[0-9]+\.[0-9]+")
_SOURCES = ("USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED")
_MEMBERS = {
    ("POST", "users"): "add",
    ("DELETE", "users"): "remove",
    ("POST", "usersreplace"): "replace",
}


class MetaEmulator:
    """Meta in memory. ``clock`` gives milliseconds since 1970, ``advance`` lets a slow answer pass.

    ``handle`` serves a transport (``httpx.MockTransport``) or a port (``server.serving``). Tests
    read ``log``, ``members``, ``holds`` and ``ever_added``, plan ``faults``, and set
    ``gate.terms_accepted``. ``keep_log`` bounds the log of a server that runs for long.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        rules: Rules | None = None,
        *,
        advance: Callable[[int], None] = lambda _: None,
        keep_log: int | None = None,
    ) -> None:
        self.rules = rules or Rules()
        self.audiences: dict[str, Audience] = {}
        self.door = Door(clock, advance, keep_log)
        self.gate = Gate(self.rules, clock)
        self.uploads = Uploads(self.rules)
        self.made = 0

    @property
    def faults(self) -> Faults:
        """What will go wrong."""
        return self.door.faults

    @property
    def log(self) -> deque[Logged]:
        """Every call that arrived, oldest first."""
        return self.door.log

    @property
    def settings(self) -> dict[str, object]:
        """What a project has to write under its destination to be let in here."""
        proof = {} if self.rules.app_secret is None else {"app_secret": self.rules.app_secret}
        return {
            "account": min(self.rules.accounts or {"act_1001"}),
            "token": self.rules.token or "any-token-of-the-sandbox",
            "base_url": "http://127.0.0.1",
            **proof,
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts among the settings that nobody may ever see."""
        return str(self.settings["token"]), *filter(None, [self.rules.app_secret])

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one call; raises ``httpx.TransportError`` where no answer comes."""
        return self.door.handle(request, self._understand)

    def members(self, audience: str) -> list[frozenset[Key]]:
        """List who is in an audience now: each person as all the keys that named them."""
        return [frozenset(member.keys) for member in self.audiences[audience].members.values()]

    def holds(self, audience: str, value: str) -> bool:
        """Say whether a key with this value names somebody in the audience now."""
        return any(v == value for keys in self.members(audience) for _, v in keys)

    def ever_added(self, value: str) -> bool:
        """Say whether a call ever asked to add this value, whatever became of it."""
        calls = (call for call in self.log if call.op in ("add", "replace"))
        return any(value in row.values() for call in calls for row in call.rows)

    def _understand(self, request: httpx.Request) -> Call:
        try:
            params = parameters(request)
        except (ValueError, RecursionError):
            return self._call(request, {}, Visit(""), _refuse(invalid("The body is unreadable.")))
        method = str(params.get("method", request.method)).upper()
        path = [step for step in request.url.path.split("/") if step]
        if path and _VERSION.fullmatch(path[0]):
            path = path[1:]
        node, *edges = path or [""]
        edge = "/".join(edges)
        if (method, node, edge) == ("GET", "me", "permissions"):
            return self._call(request, params, Visit(node), self._permissions)
        if node.startswith("act_"):
            return self._on_account(request, params, (method, node, edge))
        if (audience := self.audiences.get(node)) is not None:
            return self._on_audience(request, params, audience, (method, edge))
        return self._call(request, params, Visit(node), _refuse(missing(node)))

    def _on_account(
        self, request: httpx.Request, params: Params, asked: tuple[str, str, str]
    ) -> Call:
        method, account, edge = asked
        acts: dict[tuple[str, str], Act] = {
            ("GET", ""): partial(self._account, account, params),
            ("GET", "customaudiences"): partial(self._list, request, account, params),
            ("POST", "customaudiences"): partial(self._create, account, params),
            ("GET", "customaudiencestos"): self._terms,
            ("POST", "customaudiencestos"): partial(self._accept_terms, params),
            ("DELETE", "usersofanyaudience"): partial(self._remove_everywhere, account, params),
        }
        act = acts.get((method, edge), _refuse(missing(account)))
        changes = method != "GET" and edge != "customaudiencestos"
        return self._call(request, params, Visit(account, account, changes), act)

    def _on_audience(
        self, request: httpx.Request, params: Params, audience: Audience, asked: tuple[str, str]
    ) -> Call:
        visit = Visit(audience.id, audience.account, changes=asked[0] != "GET")
        if asked in _MEMBERS:
            return self._on_members(request, params, visit, _MEMBERS[asked])
        acts: dict[tuple[str, str], Act] = {
            ("GET", ""): lambda _: self._view(audience, params),
            ("POST", ""): partial(self._update, audience, params),
            ("DELETE", ""): partial(self._delete, audience),
            ("GET", "sessions"): partial(self._sessions, audience, params),
        }
        return self._call(request, params, visit, acts.get(asked, _refuse(missing(audience.id))))

    def _on_members(self, request: httpx.Request, params: Params, visit: Visit, op: str) -> Call:
        audience, clock = self.audiences[visit.node], self.door.clock
        try:
            upload = read_upload(params, self.rules.max_rows)
        except Refusal as refusal:
            call = self._call(request, params, visit, _refuse(refusal))
            return Call(call.carry_out, op, audience.id)

        def act(fault: Fault | None) -> Params:
            if op == "replace":
                return self.uploads.replace(audience, upload, clock(), fault)
            return self.uploads.change(audience, op, upload, clock(), fault)

        call = self._call(request, params, visit, act)
        return Call(call.carry_out, op, audience.id, upload.rows)

    def _call(self, request: httpx.Request, params: Params, visit: Visit, act: Act) -> Call:
        def carry_out(fault: Fault | None) -> httpx.Response:
            headers = {"x-fb-trace-id": f"A{len(self.log):09d}"}
            try:
                self.gate.check_token(request, params, fault)
                if visit.account is not None:
                    held = len(self._held(visit.account))
                    headers |= self.gate.count(visit.account, held, fault)
                    self.gate.check_rights(visit, fault)
                self.gate.speak(visit, request, params, fault)
                return httpx.Response(200, json=act(fault), headers=headers)
            except Refusal as refusal:
                return refusal.response(headers)

        return Call(carry_out)

    def _held(self, account: str) -> list[Audience]:
        return [audience for audience in self.audiences.values() if audience.account == account]

    def _permissions(self, fault: Fault | None) -> Params:
        granted = set(self.rules.permissions)
        if isinstance(fault, faults.PermissionGone):
            granted.discard("ads_management")
        data = [{"permission": name, "status": "granted"} for name in sorted(granted)]
        return {"data": [*data, {"permission": "pages_show_list", "status": "declined"}]}

    def _account(self, account: str, params: Params, fault: Fault | None) -> Params:
        signed = self.gate.terms_accepted and not isinstance(fault, faults.TermsGone)
        known: Params = {
            "id": account,
            "account_id": account.removeprefix("act_"),
            "name": "Emulated ad account",
            # An empty map is an empty list in Meta's answers.
            "tos_accepted": {"custom_audience_tos": 1} if signed else [],
        }
        return picked(known, params, "AdAccount")

    def _list(
        self, request: httpx.Request, account: str, params: Params, _: Fault | None
    ) -> Params:
        shown, paging = page(self._held(account), request, params)
        return {"data": [self._view(audience, params) for audience in shown], **paging}

    def _create(self, account: str, params: Params, _: Fault | None) -> Params:
        name = params.get("name")
        if not isinstance(name, str) or not name.strip():
            raise invalid("Param name is required.")
        if params.get("subtype", "CUSTOM") != "CUSTOM":
            raise invalid("Param subtype: only CUSTOM is emulated.")
        if params.get("customer_file_source") not in _SOURCES:
            raise invalid("Param customer_file_source is required.")
        if len(self._held(account)) >= self.rules.max_audiences:
            raise invalid(f"An ad account holds {self.rules.max_audiences} customer files at most.")
        self.made += 1
        made = Audience(f"2384{self.made:013d}", account, name, self.door.clock())
        made.updated = made.created
        made.description = str(params.get("description", ""))
        made.source = str(params["customer_file_source"])
        made.value_based = decoded(params.get("is_value_based", False)) in (True, 1)
        self.audiences[made.id] = made
        return {"id": made.id}

    def _view(self, audience: Audience, params: Params) -> Params:
        now = self.door.clock()
        self.uploads.settle(audience, now)
        return picked(audience_view(audience, self.rules, now), params, "CustomAudience")

    def _update(self, audience: Audience, params: Params, _: Fault | None) -> Params:
        audience.name = str(params.get("name", audience.name))
        audience.description = str(params.get("description", audience.description))
        audience.updated = self.door.clock()
        return {"success": True}

    def _delete(self, audience: Audience, _: Fault | None) -> Params:
        del self.audiences[audience.id]
        return {"success": True}

    def _sessions(self, audience: Audience, params: Params, _: Fault | None) -> Params:
        now, asked = self.door.clock(), str(params.get("session_id", ""))
        self.uploads.settle(audience, now)
        found = [one for one in self.uploads.sessions.values() if one.audience == audience.id]
        shown = [one for one in found if asked in ("", str(one.id))]
        return {"data": [session_view(one, self.rules, now) for one in shown]}

    def _terms(self, _: Fault | None) -> Params:
        content = "The Custom Audience terms (emulated)."
        return {"data": [{"id": "1", "content": content, "type": "custom_audience_tos"}]}

    def _accept_terms(self, params: Params, _: Fault | None) -> Params:
        if not params.get("tos_id"):
            raise invalid("Param tos_id is required.")
        self.gate.terms_accepted = True
        return {"success": True}

    def _remove_everywhere(self, account: str, params: Params, _: Fault | None) -> Params:
        upload = read_upload(params, self.rules.max_rows)
        for audience in self._held(account):
            for row in upload.rows:
                audience.remove(identifying(row))
        return {"num_received": len(upload.rows), "num_invalid_entries": 0}


def _refuse(refusal: Refusal) -> Act:
    def act(_: Fault | None) -> Params:
        raise refusal

    return act
