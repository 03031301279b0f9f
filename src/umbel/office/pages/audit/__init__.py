# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The audit log comes in; who did what, searched and taken away, leaves. For the office."""
