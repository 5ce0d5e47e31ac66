#include "cli/convert_document.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "cli/run_program.h"

namespace fwproof::cli {
namespace {

// Each reads standard input and writes standard output, so that no name of a file is ever a word of its command line.
struct Converter {
  const char* kind;
  const char* program;
  std::vector<std::string> options;
  std::vector<std::string> version_option;
  const char* format;
  const char* package;                       // of Debian
};

const std::vector<Converter>& converters() {
  static const std::vector<Converter> all = {
      // pdftotext(1): -layout keeps the columns of tables, "-" is standard input and output.
      {"PDF", "pdftotext", {"-layout", "-enc", "UTF-8", "-", "-"}, {"-v"}, "text", "poppler-utils"},
      // pandoc(1): --sandbox reads nothing but its input.
      {"DOCX", "pandoc", {"--sandbox", "-f", "docx", "-t", "html", "--wrap=preserve"}, {"--version"}, "html", "pandoc"},
  };
  return all;
}

// ISO 32000-1, annex H, 3: the header may stand anywhere in the first 1024 bytes. A DOCX is a ZIP (ECMA-376, part 2) that holds word/document.xml.
std::string kind_of(std::string_view bytes, std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos) return "PDF";
  if (!bytes.starts_with("PK\x03\x04")) return "";
  return name.ends_with(".docx") || bytes.find("word/document.xml") != std::string_view::npos ? "DOCX" : "";
}

// "22.12.0" of "pdftotext version 22.12.0\n…".
std::string version_of(const Converter& converter, const std::string& program) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), converter.version_option.begin(), converter.version_option.end());
  const ProgramResult said = run_program(words, "", {5'000, 65536});
  const std::string text = said.output + said.errors;
  const size_t from = text.find_first_of("0123456789");
  if (from == std::string::npos) return "";
  return " " + text.substr(from, text.find_first_not_of("0123456789.", from) - from);
}

// "install poppler-utils (pdftotext)".
std::string missing(const std::string& kind) {
  std::string names;
  for (const Converter& converter : converters())
    if (converter.kind == kind) names += (names.empty() ? "" : " or ") + std::string(converter.program) + " (package " + converter.package + ")";
  return "it is a " + kind + ", and no converter for that is installed: it needs " + names;
}

// The first line of what a program complains about.
std::string first_line(const std::string& text) { return text.substr(0, std::min(text.find('\n'), size_t{200})); }

Converted run(const Converter& converter, const std::string& program, std::string_view bytes) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), converter.options.begin(), converter.options.end());
  ProgramResult result = run_program(words, bytes, {});
  Converted converted{std::move(result.output), converter.format, converter.program + version_of(converter, program), ""};
  if (!result.problem.empty())
    converted.problem = std::string(converter.program) + " could not convert it: " + result.problem + (result.errors.empty() ? "" : ": " + first_line(result.errors));
  else if (converted.text.find_first_not_of(" \t\r\n\f") == std::string::npos)
    converted.problem = std::string(converter.program) + " found no text in it (pictures of text are not read)";
  return converted;
}

}  // namespace

std::optional<Converted> convert_document(std::string_view bytes, const std::string& name) {
  const std::string kind = kind_of(bytes, name);
  if (kind.empty()) return std::nullopt;
  for (const Converter& converter : converters())
    if (converter.kind == kind)
      if (const auto program = find_program(converter.program)) return run(converter, *program, bytes);
  return Converted{"", "", "", missing(kind)};
}

}  // namespace fwproof::cli
