# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables: requests, what was said of them, whom it was told, and word that is on its way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from umbel.office.roles import Role, Who, allows

if TYPE_CHECKING:
    from collections.abc import Collection

OPEN, APPROVED, DECLINED, WITHDRAWN, EXPIRED = "open", "approved", "declined", "withdrawn", "expired"
COMMENTED = "commented"
STATES = (OPEN, APPROVED, DECLINED, WITHDRAWN, EXPIRED)


class Request(models.Model):
    """Something that somebody asks for, and what became of it."""

    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default=OPEN)
    fields = models.JSONField(default=dict)
    """What was asked for, as the form of its kind has it."""
    project = models.CharField(max_length=300, blank=True, db_index=True)
    """The project that it names ("": none); who may not see that doesn't see the request."""
    answerer = models.CharField(max_length=12)
    """The role that answers: legal, security or office."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="requests")
    asker = models.CharField(max_length=160)
    """The account's name, which stays when the account goes."""
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    """Until when it is to be answered."""
    expires_on = models.DateField()
    """The last day on which it can be answered; after it nobody needs an answer."""
    answered_by = models.CharField(max_length=160, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    alone = models.BooleanField(default=False)
    """Approved by who asked for it, since nobody else may answer."""
    record = models.CharField(max_length=200, blank=True)
    """The name of the record that an approval wrote."""
    reminded_at = models.DateTimeField(null=True, blank=True)
    once = models.CharField(max_length=36, unique=True)
    """Of the form that was sent: sent twice it is one request."""

    class Meta:
        """What is asked often."""

        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["state", "answerer", "due_at"], name="inbox_request_to_answer"),
            models.Index(fields=["by", "-id"], name="inbox_request_own"),
        ]

    def __str__(self) -> str:
        """Its number and title."""
        return f"#{self.pk} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether nobody answered yet."""
        return self.state == OPEN

    @property
    def is_late(self) -> bool:
        """Whether it should have been answered by now."""
        return self.is_open and self.due_at < datetime.now(UTC)

    @property
    def due_on(self) -> date:
        """The day by which it is to be answered."""
        return self.due_at.date()

    @property
    def clock(self) -> str:
        """How it stands against its time, in words."""
        if self.state in {WITHDRAWN, EXPIRED}:
            return "not answered"
        end = self.answered_at or datetime.now(UTC)
        left = self.due_at - end
        days, said = abs(left) // timedelta(1), "in time" if left >= timedelta(0) else "late"
        if self.answered_at is not None:
            took = (self.answered_at - self.made_at) // timedelta(1)
            return (
                f"answered {said}, after {took} day{'s' * (took != 1)}"
                if took
                else f"answered {said}, within a day"
            )
        if left >= timedelta(0):
            return f"{days} day{'s' * (days != 1)} left" if days else "due today"
        return f"late by {days} day{'s' * (days != 1)}" if days else "late since today"

    def answerable_by(self, roles: Collection[Role]) -> bool:
        """Whether somebody of these roles answers requests like it."""
        return allows(Who(self.answerer), roles)


class Event(models.Model):
    """Something that happened to a request, or was said of it."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=160)
    kind = models.CharField(max_length=12)
    """opened, commented, approved, declined, withdrawn, expired."""
    text = models.TextField(blank=True)
    once = models.CharField(max_length=36, unique=True)

    class Meta:
        """In the order in which it happened."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Who did what."""
        return f"{self.by} {self.kind}"


class Word(models.Model):
    """Word of an event to somebody whom it concerns."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="words")
    request = models.ForeignKey(Request, models.CASCADE, related_name="words")
    event = models.ForeignKey(Event, models.CASCADE, related_name="words")
    why = models.CharField(max_length=12)
    """answered, commented, mentioned."""
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Of one event one word to somebody."""

        ordering = ("-id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "event"], name="inbox_word_once")]
        indexes: ClassVar = [models.Index(fields=["user", "read_at", "-id"], name="inbox_word_unread")]

    def __str__(self) -> str:
        """Whose, and why."""
        return f"{self.user_id}: {self.why}"


class Notices(models.Model):
    """Of what somebody wants e-mail. Without a row: of all of it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", primary_key=True
    )
    asked = models.BooleanField("a request that I may answer, or that is late", default=True)
    answered = models.BooleanField("an answer to my request", default=True)
    commented = models.BooleanField("a comment on a request that I take part in", default=True)
    mentioned = models.BooleanField("somebody mentions me", default=True)

    def __str__(self) -> str:
        """Whose."""
        return str(self.user_id)


class Outgoing(models.Model):
    """Word that is on its way: to an e-mail address, or to a target of umbel.toml."""

    kind = models.CharField(max_length=8)
    """mail or webhook."""
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    key = models.CharField(max_length=80, unique=True)
    """Stays the same when it is sent again, so that a receiver can know it."""
    made_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    """When it was taken, or given up."""
    error = models.CharField(max_length=300, blank=True)
    """Why it wasn't taken the last time; empty once it was."""

    class Meta:
        """Those that are due first."""

        ordering = ("next_at", "id")
        indexes: ClassVar = [models.Index(fields=["ended_at", "next_at"], name="inbox_outgoing_due")]

    def __str__(self) -> str:
        """Which it is."""
        return f"{self.kind} {self.key}"


class Known(models.Model):
    """What was known of the package that a request is of: worked out apart, since it takes seconds."""

    request = models.OneToOneField(Request, models.CASCADE, related_name="known", primary_key=True)
    made_at = models.DateTimeField()
    summary = models.TextField(blank=True)
    lines = models.JSONField(default=list)
    """Title, text, whether it is known, notes, and the command that would find it; by the row's name."""
    why = models.TextField(blank=True)
    """Why nothing could be said."""

    def __str__(self) -> str:
        """Of which request."""
        return str(self.request_id)
