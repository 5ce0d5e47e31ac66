#include "specs/derive/read_recognise.h"

#include <algorithm>
#include <vector>

#include "specs/derive/document.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

struct Extension {
  std::string_view suffix;
  std::string_view format;
};
constexpr Extension kExtensions[] = {
    {".md", "markdown"},   {".markdown", "markdown"}, {".mkd", "markdown"},      {".mdown", "markdown"},  {".mdx", "markdown"},
    {".rst", "rst"},       {".rest", "rst"},          {".adoc", "asciidoc"},     {".asciidoc", "asciidoc"}, {".asc", "asciidoc"},
    {".wiki", "mediawiki"}, {".mediawiki", "mediawiki"}, {".wikitext", "mediawiki"}, {".mw", "mediawiki"},
    {".html", "html"},     {".htm", "html"},          {".xhtml", "html"},        {".csv", "csv"},         {".tsv", "tsv"},
    {".tab", "tsv"},
};

std::string_view by_name(std::string_view path) {
  const std::string name = to_lower(path);
  for (const Extension& extension : kExtensions)
    if (name.ends_with(extension.suffix)) return extension.format;
  return {};
}

struct Head {
  std::vector<std::string_view> lines;
  size_t count(bool (*holds)(std::string_view line)) const { return static_cast<size_t>(std::count_if(lines.begin(), lines.end(), holds)); }
};

bool starts_html(std::string_view line) {
  for (const std::string_view tag : {"<!doctype html", "<html", "<body", "<head>", "<table", "<div", "<h1", "<p>", "<meta ", "<section", "<article"})
    if (starts_with_ignoring_case(trim(line), tag)) return true;
  return false;
}

bool has_markdown(std::string_view line) {
  const size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  const bool heading = hashes > 0 && hashes <= 6 && hashes < line.size() && line[hashes] == ' ';
  return heading || line.starts_with("```") || line.find("](") != std::string_view::npos || line.find("**") != std::string_view::npos;
}

bool is_html(const Head& head) {
  const auto first = std::find_if(head.lines.begin(), head.lines.end(), [](std::string_view line) { return !is_blank(line); });
  if (first == head.lines.end() || !trim(*first).starts_with('<')) return false;
  return starts_html(*first) || trim(*first).starts_with("<!--") || trim(*first).starts_with("<?xml") ? head.count(starts_html) > 0 && head.count(has_markdown) == 0 : false;
}

bool is_mediawiki(const Head& head) {
  const size_t tables = head.count([](std::string_view line) { return line.starts_with("{|"); });
  const size_t rows = head.count([](std::string_view line) { return line.starts_with("|-") || line.starts_with("|}"); });
  const size_t headings = head.count([](std::string_view line) { return line.starts_with("==") && trim(line).ends_with("=="); });
  const size_t links = head.count([](std::string_view line) { return line.find("[[") != std::string_view::npos || line.find("'''") != std::string_view::npos; });
  return (tables > 0 && rows > 0) || (headings > 0 && links > 0);
}

bool is_asciidoc(const Head& head) {
  const size_t tables = head.count([](std::string_view line) { return line.starts_with("|==="); });
  const size_t attributes = head.count([](std::string_view line) { return line.starts_with("[cols") || line.starts_with("[source") || line.starts_with(":toc") || line.starts_with("[options"); });
  const bool title = !head.lines.empty() && head.lines[0].starts_with("= ");
  return tables > 0 || attributes > 0 || title;
}

bool is_rst(const Head& head) {
  return head.count([](std::string_view line) {
    const std::string_view text = trim(line);
    const bool grid = text.starts_with("+=") && text.ends_with("=+") && text.find_first_not_of("+=") == std::string_view::npos;
    const bool simple = text.starts_with("==") && text.find(" =") != std::string_view::npos && text.find_first_not_of("= ") == std::string_view::npos;
    const bool directive = text.starts_with(".. ") && text.find("::") != std::string_view::npos;
    return grid || simple || directive;
  }) > 0;
}

bool is_markdown(const Head& head) {
  return head.count([](std::string_view line) { return has_markdown(line) || line.starts_with("|--") || line.starts_with("| --") || line.starts_with("|:-"); }) > 0;
}

// As many separators in each of the first lines.
bool is_separated_by(const Head& head, char separator, size_t least) {
  size_t first = 0, rows = 0;
  for (const std::string_view line : head.lines) {
    if (is_blank(line)) continue;
    size_t count = 0;
    bool quoted = false;
    for (const char c : line) {
      quoted ^= c == '"';
      count += !quoted && c == separator;
    }
    if (count < least || (rows > 0 && count != first)) return false;
    first = count;
    if (++rows == 10) break;
  }
  return rows >= 2;
}

struct Content {
  std::string_view format;
  bool (*holds)(const Head& head);
};
constexpr Content kContents[] = {
    {"html", is_html},
    {"mediawiki", is_mediawiki},
    {"asciidoc", is_asciidoc},
    {"rst", is_rst},
    {"tsv", [](const Head& head) { return is_separated_by(head, '\t', 1); }},
    {"csv", [](const Head& head) { return is_separated_by(head, ';', 2) || is_separated_by(head, ',', 2); }},
    {"markdown", is_markdown},
};

}  // namespace

std::string_view recognise_document(std::string_view path, std::string_view text) {
  if (const std::string_view format = by_name(path); !format.empty()) return format;
  Head head;
  head.lines = document_lines(text.substr(0, size_t{64} << 10));
  const bool says_text = to_lower(path).ends_with(".txt");
  if (says_text) return is_html(head) ? "html" : "text";
  for (const Content& content : kContents)
    if (content.holds(head)) return content.format;
  return "text";
}

std::string_view converted_kind(std::string_view bytes) {
  if (bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos) return "PDF";
  if (bytes.starts_with("PK\x03\x04")) return bytes.substr(0, 65536).find("word/") != std::string_view::npos ? "DOCX" : "ZIP";
  if (bytes.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return "DOC";
  return bytes.starts_with("{\\rtf") ? "RTF" : std::string_view();
}

}  // namespace fwproof::specs::derive
