# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What runs the office: serving, making editions, health, measures, logs."""
