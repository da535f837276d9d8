"""HTML of networks as plain text."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buffer.markup import plain
from mastodon_server import as_html


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br />three<br/>four</p>", "one\ntwo\nthree\nfour"),
        ("<p>one</p>\n \n<p>\xa0</p>\n\t\n<p>two</p>", "one\n\ntwo"),
        ("&lt;b&gt; &amp;amp; &quot;x&quot; &#128075; &nbsp;y&hellip; &bogus;", '<b> &amp; "x" 👋 \xa0y… &bogus;'),
        ("&lt;!channel&gt;", "<!channel>"),
        ("<p>:blobcat: hi :not_an_emoji:</p>", ":blobcat: hi :not_an_emoji:"),
        ('hi <img src="https://x.example/e.png" alt=":blobcat:" class="emoji"> you', "hi :blobcat: you"),
        ('<img src="https://x.example/e.png">', ""),
        (
            '<a href="https://example.org/a/long/path"><span class="invisible">https://</span>'
            '<span class="ellipsis">example.org/a/lo</span><span class="invisible">ng/path</span></a>',
            "https://example.org/a/long/path",
        ),
        (
            '<span class="h-card"><a href="https://x.example/@dana" class="u-url mention">@<span>dana'
            '</span></a></span> <a href="https://x.example/tags/x" class="mention hashtag">#<span>x</span></a>',
            "@dana #x",
        ),
        (
            '<p class="quote-inline">RE: <a href="https://x.example/1">https://<b>x.example</b></a></p><p>So true</p>',
            "So true",
        ),
        ('So true<span class="quote-inline"><br/><br/>RE: <a href="https://x">x</a></span>', "So true"),
        ('<p class="not-quote-inline">stays</p>', "stays"),
        ("<ul><li>one</li><li>two</li></ul><p>and</p>", "• one\n• two\n\nand"),
        ("<ol><li>one<ul><li>deep</li></ul></li><li>two</li></ol>end", "1. one\n• deep\n2. two\n\nend"),
        ("<ul><li><p>one</p></li><li><p>two</p></li></ul>", "• one\n• two"),
        ("<li>lost</li>", "• lost"),
        ("a<script>alert('<b>x</b>')</script>b<style>p{}</style>c", "abc"),
        ("a<script>never closed", "a"),
        ("a<template><p>no<br></p></template>b", "ab"),
        ("a<!-- <b>no</b> -->b<?php no ?>c", "abc"),
        ("<blockquote><p>quoted</p></blockquote><p>said</p>", "quoted\n\nsaid"),
        ("<pre><code>a  b\n\n  c</code></pre>", "a  b\n\nc"),
        ("<b>bold</b> <i>it</i> <del>no</del> <code>x</code>", "bold it no x"),
        ("</p></ul></script>odd <p><b>but</i> read", "odd but read"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("", ""),
    ],
)  # fmt: skip
def test_it_is_read_as_words(written: str, read: str) -> None:
    assert plain(written) == read


pieces = st.sampled_from(
    ["<p>", "</p>", "<br>", "<ul>", "</ul>", "<ol>", "</ol>", "<li>", "</li>", "<script>", "</script>",
     '<span class="quote-inline">', "</span>", "<!--", "-->", "<![CDATA[", "&lt;", "&#0;", "<img alt=x>",
     "<", ">", "&", '"', "word ", "\n", "<a href='", "<svg><title>", "</"]
)  # fmt: skip


@given(st.one_of(st.lists(pieces).map("".join), st.text()))
def test_whatever_it_is_fed_it_breaks_nothing(fed: str) -> None:
    assert "\n\n\n" not in plain(fed)


words = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="@"), min_size=1)


@given(st.lists(words, min_size=1), st.sampled_from([" ", "\n", "\n\n"]))
def test_nothing_that_was_written_is_lost(written: list[str], between: str) -> None:
    said = between.join(written)
    assert plain(as_html(said)) == said
    assert plain(f"<p>{html.escape(said)}</p>").split() == said.split()
