#include "tests/unit/derive/rows.h"

namespace fwproof::specs::derive {
namespace {

TEST(ReadHtml, ReadsHeadingsParagraphsAndLists) {
  check_rows("html", {
      {"a page", "<!doctype html>\n<html><head><title>Ports of\n X</title><style>p {}</style></head>\n<body><h1>Fire<b>wall</b></h1>\n<p>One &amp;\ntwo<br>three</p>four\n<h3>Five</h2>\n",
       "title: Ports of X\nheading 1: Firewall @4\nparagraph: One & @5 / two @6 / three @6\nparagraph: four @6\nheading 3: Five @7\n"},
      {"lists", "<ul><li>a<li>b\n<ol start=3><li>c</li><li>d</ol></ul>\n<ol type=a><li><p>e</p><p>f</p></ol>",
       "item 1 \"•\": a @1\nitem 1 \"•\": b @1\nitem 2 \"3.\": c @2\nitem 2 \"4.\": d @2\nitem 1 \"a.\": e @3 / f @3\n"},
      {"definitions", "<dl>\n<dt>ADM</dt>\n<dd>administration</dd>\n<dt>GTW:<dt>SRV<dd>the <i>gate</i>way\n</dl>",
       "item 1 \":\": ADM: @2 / administration @3\nitem 1 \":\": GTW: @4 / SRV: @4 / the gateway @4\n"},
      {"preformatted text", "<p>Run</p>\n<pre>\nnetsh  a\n   b &lt;x&gt;</pre>", "paragraph: Run @1\ncode: netsh a @3 / b <x> @4\n"},
      {"text that is not marked up", "Port 25<div>and 26</div>end", "paragraph: Port 25 @1\nparagraph: and 26 @1\nparagraph: end @1\n"},
  });
}

TEST(ReadHtml, LeavesOutWhatIsHidden) {
  check_rows("html", {
      {"scripts, styles, comments", "a<script>if (x<1) '<b>25</b>'</script><!-- 26 --><style>b</style><!-->c<template><p>27</template>d", "paragraph: acd @1\n"},
      {"hidden, display: none", "<p hidden>1</p><p style='color:red; display : none'>2</p><span hidden>3<span>4</span>5</span>6<b style=visibility:hidden>7</b>", "paragraph: 6 @1\n"},
      {"a row", "<table><tr><td>25</td></tr><tr style=\"display:none\"><td>26</td></tr></table>", "table\n  row: 25 @1\n"},
      {"hidden=until-found is shown on search", "<p hidden=until-found>x", "paragraph: x @1\n"},
      {"an image is its alternative text", "<p>TLS <img src=x.png alt='yes'>!", "paragraph: TLS yes ! @1\n"},
  });
}

TEST(ReadHtml, SetsFootnoteMarksApart) {
  check_rows("html", {
      {"a number", "443<sup>1</sup>, 25<sup><a href=#n>[2]</a></sup><sup> </sup>", "paragraph: 443 [1], 25 [2] @1\n"},
      {"markup inside a word", "T<b>C</b>P <a href='>'>4</a>43", "paragraph: TCP 443 @1\n"},
  });
}

TEST(ReadHtml, ReadsTables) {
  check_rows("html", {
      {"head, caption, line breaks", "<table><caption>Mail\nports</caption>\n<thead><tr><th>Port<th>Source</thead>\n<tbody><tr>\n<td>25<td>ADM<br>GTW\n<tr><td><p>26</p><ul><li>x<li>y</ul><td>\n</table>",
       "table: Mail @1 / ports @2\n  head: Port @3 | Source @3\n  row: 25 @5 | ADM @5 / GTW @5\n  row: 26 @6 / x @6 / y @6 |\n"},
      {"a row of headers without thead", "<table><tr><th>a</th><th>b</th></tr><tr><th>c</th><td>d</td></tr></table>", "table\n  head: a @1 | b @1\n  row: c @1 | d @1\n"},
      {"rows and columns that are spanned", "<table>\n<tr><td rowspan=2>1<td colspan=2>2<td rowspan=3>3\n<tr><td>4<td>5\n<tr><td>6\n<tr><td>7</table>",
       "table\n  row: 1 @2 | (2) 2 @2 | 3 @2\n  row: 1 @2 | 4 @3 | 5 @3 | 3 @2\n  row: 6 @4 | (2) | 3 @2\n  row: 7 @5\n"},
      {"rowspan ends with its group", "<table><tbody><tr><td rowspan=9>1<td>2</tbody><tbody><tr><td>3<td>4</table>", "table\n  row: 1 @1 | 2 @1\n  row: 3 @1 | 4 @1\n"},
      {"a table in a cell of a table with headers", "<table><tr><th>a<th>b<tr><td>1<td><table><tr><td>x<td>y</table>z</table>", "table\n  head: a @1 | b @1\n  row: 1 @1 | x @1 / y @1 / z @1\n"},
      {"a table that only lays out", "<table><tr><td>Menu<td>\n<table><tr><td>25<td>ADM</table></table>", "paragraph: Menu @1\ntable\n  row: 25 @2 | ADM @2\n"},
      {"text between rows stands before the table", "<table><tr><td>1</td></tr>lost<tr><td>2</td></tr></table>", "paragraph: lost @1\ntable\n  row: 1 @1\n  row: 2 @1\n"},
      {"what is never closed", "<div><table><tr><td>25<b>x<tr><td>26", "table\n  row: 25x @1\n  row: 26 @1\n"},
  });
}

TEST(ReadHtml, CountsLinesOfTheSource) {
  check_rows("html", {
      {"tags over lines", "<p\nclass=x\n>a</p\n>b<i\n>c</i>", "paragraph: a @3\nparagraph: b @4 / c @5\n"},
      {"references of line feeds are none", "a&#10;b&#x0A;c&NewLine;d&#100;&#13;\ne", "paragraph: a b c dd @1 / e @2\n"},
      {"comments over lines", "a<!-- \n\n -->b\nc", "paragraph: a @1 / b @3 / c @4\n"},
  });
}

TEST(ReadHtml, KnowsItsCharset) {
  check_rows("", {
      {"windows-1252", "<html><head><meta charset=\"windows-1252\"></head><p>Port 25 \x96 26", "paragraph: Port 25 \u2013 26 @1\n"},
      {"iso-8859-1 is read as windows-1252", "<html><meta http-equiv=Content-Type content=\"text/html; charset=ISO-8859-1\"><p>\x80 \xfc", "paragraph: \u20ac \u00fc @1\n"},
      {"what is UTF-8 is, whatever the page says", "<html><meta charset=latin1><p>\u00fc", "paragraph: \u00fc @1\n"},
      {"none that is known", "<html><meta charset=klingon><p>a\xff", "paragraph: a\ufffd @1\n",
       "warning document.encoding @1: the document says that it is in 'klingon', which is not known; read as UTF-8\n"
       "warning document.encoding @1: 1 sequences of bytes that are no characters of its encoding were replaced, the first in this line\n"},
      {"UTF-16", std::string("\xff\xfe<\0h\0t\0m\0l\0>\0<\0p\0>\0\xfc\0\r\0\n\0x\0", 28), "paragraph: \u00fc @1 / x @2\n"},
  });
}

TEST(ReadHtml, SaysWhatNeverEnds) {
  check_rows("html", {
      {"a comment", "a\n<!-- b\nc", "paragraph: a @1\n", "warning document.unfinished @2: a comment starts in this line and never ends; the rest of the page is not read\n"},
      {"a script", "a<script>b</script\nc", "paragraph: a @1\n", "warning document.unfinished @1: <script> starts in this line and never ends; the rest of the page is not read\n"},
      {"a tag", "a <b title='>\n<p>c", "paragraph: a @1\n", "warning document.unfinished @1: a tag starts in this line and never ends; the rest of the page is not read\n"},
  });
}

}  // namespace
}  // namespace fwproof::specs::derive
