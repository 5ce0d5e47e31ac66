#include "importers/netsh/importer.h"

#include <fmt/format.h>

#include "importers/netsh/language.h"
#include "importers/netsh/lower.h"
#include "importers/netsh/parse_legacy.h"
#include "importers/netsh/parse_listing.h"
#include "importers/netsh/script.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  if (trim(lines[at]).empty()) return Claim::no;
  return listing_starts_at(lines, at) || script_starts_at(lines, at) || legacy_starts_at(lines, at) ? Claim::yes : Claim::no;
}

std::string nearly(std::span<const std::string_view> lines) {
  for (size_t at = 0; at < lines.size(); ++at)
    if (const std::string_view label = foreign_listing_at(lines, at); !label.empty())
      return fmt::format("a netsh listing in a language without a table: it calls a rule's name '{}'; add importers/netsh/languages/<language>.cpp", label);
  return {};
}

class SectionReader {
 public:
  SectionReader(Firewall& firewall, Reporter& reporter) : reporter_(reporter), listing_(firewall, reporter), legacy_(firewall, reporter), script_(firewall, reporter) {}

  void read(const Section& section, bool new_file, bool last_of_file) {
    const std::vector<Line> lines = lines_of(section);
    if (new_file) script_.begin(lines);
    for (size_t at = 0; at < lines.size();) at += read_line(lines, at, section);
    listing_.finish(last_of_file);
    legacy_.finish();
  }

 private:
  size_t read_line(std::span<const Line> lines, size_t at, const Section& section) {
    if (trim(lines[at].text).empty()) {
      listing_.take(lines, at);
      return 1;
    }
    if (!foreign_listing_at(section.lines, at).empty()) return refuse_language(lines[at]);
    if (legacy_.take(lines, at)) return 1;
    if (script_starts_at(section.lines, at)) {
      listing_.finish(false);
      in_script_ = true;
      if (const size_t taken = script_.take(lines, at)) return taken;
    }
    if (listing_.take(lines, at)) {
      in_script_ = false;
      return 1;
    }
    if (const size_t taken = script_.take(lines, at)) return taken;
    return leave(lines[at]);
  }

  size_t refuse_language(const Line& line) {
    LabelLine parts;
    split_label(line.text, parts);
    reporter_.account(line.origin, LineClass::unrecognised, "listing in an unknown language");
    reporter_.diagnose(DiagnosticId::language_unknown, Severity::error, line.origin, parts.label,
                       fmt::format("a netsh listing in a language without a table: it calls a rule's name '{}'", parts.label),
                       {"add importers/netsh/languages/<language>.cpp and its line in importers/netsh/languages.def"});
    return 1;
  }

  size_t leave(const Line& line) {
    listing_.finish(false);
    reporter_.account(line.origin, LineClass::unrecognised, "line");
    reporter_.diagnose(DiagnosticId::line_unrecognised, Severity::warning, line.origin, {}, "this line is neither netsh output nor a command that is known");
    return 1;
  }

  Reporter& reporter_;
  ListingParser listing_;
  LegacyParser legacy_;
  ScriptParser script_;
  bool in_script_ = false;
};

void note_language(std::span<const Section> sections, ImportResult& result) {
  const Language* best = nullptr;
  size_t most = 0;
  for (const Section& section : sections) {
    const auto lines = std::span(section.lines).subspan(0, std::min<size_t>(section.lines.size(), 400));
    for (const Language* language : languages())
      if (const size_t count = count_labels(*language, lines); count > most) most = count, best = language;
  }
  if (best) result.header["language"] = std::string(best->name);
}

ImportResult import(std::span<const Section> sections, Facts&) {
  ImportResult result;
  Reporter reporter(sections, result);
  Firewall firewall;
  SectionReader reader(firewall, reporter);
  for (size_t i = 0; i < sections.size(); ++i) {
    const bool new_file = i == 0 || sections[i].file != sections[i - 1].file;
    const bool last = i + 1 == sections.size() || sections[i].file != sections[i + 1].file;
    reader.read(sections[i], new_file, last);
  }
  result.policies.push_back(lower(firewall, reporter));
  note_language(sections, result);
  model::sort_by_place(result.diagnostics);
  return result;
}

constexpr Importer kImporter = {
    .name = "netsh",
    .summary = "Windows Firewall: netsh listings, netsh and PowerShell scripts",
    .facts_only = false,
    .is_host_format = true,
    .starts_at = starts_at,
    .nearly = nearly,
    .import = import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::netsh
