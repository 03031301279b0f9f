# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Imports of one file of Java, Go or Rust."""

from __future__ import annotations

from umbel.collect.imports import go, java, rust


def test_java_classes() -> None:
    code = b"""package a.b; /* import no.No; */
    import java.util.List; import static org.junit.Assert.*; import static x.Y.z; import c.d.*;
    import e . f /* g */ . G; import h.I.J; import k.Unused;
    class K { List<G> a = z("Unused"); J j; }"""
    assert [(f.path, f.names) for f in java.extract(code)] == [
        ("java.util", ("List",)),
        ("org.junit", ("Assert",)),
        ("x", ("Y",)),
        ("c.d", ("*",)),
        ("e.f", ("G",)),
        ("h", ("I",)),
        ("k", ()),
    ]


def test_the_package_of_a_java_or_kotlin_file() -> None:
    assert java.package(b"// package no\npackage a . b\n\nimport c.D") == "a.b"
    assert java.package(b"class A {}") is None


def test_go_packages() -> None:
    code = b"""package p
import ( "fmt"; y "gopkg.in/yaml.v3"; . "a.b/c"; _ "github.com/lib/pq"
  "github.com/mattn/go-sqlite3"; "k8s.io/api/core/v1"; "github.com/x/unused/v2"; "gopkg.in/ini.v1" )
// fmt.No()
func f() { fmt.Println(y.Marshal("fmt.No")); sqlite3.Version(); var x v1.Pod; ini.Load(x.field) }"""
    assert {f.path: f.names for f in go.extract(code)} == {
        "fmt": ("Println",),
        "gopkg.in/yaml.v3": ("Marshal",),
        "a.b/c": ("*",),
        "github.com/lib/pq": (),
        "github.com/mattn/go-sqlite3": ("Version",),
        "k8s.io/api/core/v1": ("Pod",),
        "github.com/x/unused/v2": (),
        "gopkg.in/ini.v1": ("Load",),
    }


def test_rust_use_trees() -> None:
    code = b"""use std::{fmt, io::{self, Write as W}}; use serde::{Serialize, de::*};
    use {q::r, s::t::{u, v as w}, z}; use tokio as tk; pub extern crate old as renamed;
    fn f() { tk::spawn(1); renamed::make!(); io::x(); w::y(); }"""
    assert {f.path: f.names for f in rust.extract(code)} == {
        "std": ("fmt", "io", "io::Write"),
        "serde": ("Serialize", "de::*"),
        "q": ("r",),
        "s": ("t::u", "t::v"),
        "z": (),
        "tokio": ("spawn",),
        "old": ("make",),
    }


def test_rust_paths_without_use_are_not_sure() -> None:
    code = (
        b'#[derive(serde::Serialize)] struct S; fn f() { json::Value::Null; "no::no"; S::new(); } // no::no'
    )
    assert [(f.path, f.names, f.sure) for f in rust.extract(code)] == [
        ("json", ("Value",), False),
        ("serde", ("Serialize",), False),
    ]


def test_rust_names_of_the_files_own() -> None:
    code = b"mod util; use crate::a; use super::b; use util::c; use std::fmt; use fmt::D; use Shape::*; util::e();"
    assert {f.path for f in rust.extract(code) if f.local} == {"crate", "super", "util", "fmt", "Shape"}
    assert {f.path for f in rust.extract(code) if not f.local} == {"std"}
