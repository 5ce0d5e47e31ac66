#include "importers/netsh/importer.h"

#include <fmt/format.h>

#include "importers/netsh/code_page.h"
#include "importers/netsh/language.h"
#include "importers/netsh/lower.h"
#include "importers/netsh/parse_legacy.h"
#include "importers/netsh/parse_listing.h"
#include "importers/netsh/portproxy.h"
#include "importers/netsh/script.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

// Another rule stands right above: the section is claimed already, and trying every code page again would cost time.
bool inside_listing(std::span<const std::string_view> lines, size_t at) {
  constexpr size_t kLongestRule = 40;
  for (size_t i = at - std::min(at, kLongestRule); i < at; ++i)
    if (is_dashes(lines[i])) return true;
  return false;
}

// "-A INPUT …": a rule of iptables may have a command of netsh in its comment.
bool is_option(std::string_view line) { return line.size() > 2 && line[0] == '-' && line[1] >= 'A' && line[1] <= 'Z' && line[2] == ' '; }

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  const std::string_view line = trim(lines[at]);
  if (line.empty() || is_option(line)) return Claim::no;
  const bool ours = (may_start_entry(line) && listing_starts_at(lines, at)) || script_starts_at(lines, at) || legacy_starts_at(lines, at) || portproxy_listing_starts_at(lines, at);
  // Before the code page is known, a dashed line below gives a rule's first line away.
  const bool raw = !ours && at + 1 < lines.size() && is_dashes(lines[at + 1]) && !inside_listing(lines, at) && raw_rule_start(lines[at]);
  return ours || raw ? Claim::yes : Claim::no;
}

std::string nearly(std::span<const std::string_view> lines) {
  for (size_t at = 0; at < lines.size(); ++at)
    if (const std::string_view label = foreign_listing_at(lines, at); !label.empty())
      return fmt::format("a netsh listing in a language without a table: it calls a rule's name '{}'; add importers/netsh/languages/<language>.cpp", label);
  return {};
}

class SectionReader {
 public:
  SectionReader(Firewall& firewall, Reporter& reporter) : reporter_(reporter), listing_(firewall, reporter), legacy_(firewall, reporter), proxies_(firewall, reporter), script_(firewall, reporter) {}

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
    if (proxies_.take(lines, at, section.lines)) return 1;
    if (script_starts_at(section.lines, at) && !belongs_to_listing(section, at)) {
      listing_.finish(false);
      if (const size_t taken = script_.take(lines, at)) return taken;
    }
    if (listing_.take(lines, at)) return 1;
    if (const size_t taken = script_.take(lines, at)) return taken;
    return leave(lines[at]);
  }

  // A command as the value of a rule's property, or in the lines of its description.
  bool belongs_to_listing(const Section& section, size_t at) const {
    LabelLine parts;
    if (listing_starts_at(section.lines, at)) return true;
    if (!listing_.inside_rule()) return false;
    return listing_.in_description() || (split_label(section.lines[at], parts) && find_label(parts.label));
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
  PortproxyListing proxies_;
  ScriptParser script_;
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

ImportResult import(std::span<const Section> given, Facts& facts) {
  ImportResult result;
  std::vector<Utf8Section> converted;
  std::vector<Section> sections;
  for (const Section& section : given) {
    converted.push_back(to_utf8(section));
    sections.push_back(converted.back().section);
    if (!converted.back().code_page.empty()) result.header["code page"] = converted.back().code_page;
  }
  Reporter reporter(sections, result);
  Firewall firewall;
  SectionReader reader(firewall, reporter);
  for (size_t i = 0; i < sections.size(); ++i) {
    const bool new_file = i == 0 || sections[i].file != sections[i - 1].file;
    const bool last = i + 1 == sections.size() || sections[i].file != sections[i + 1].file;
    reader.read(sections[i], new_file, last);
  }
  result.policies.push_back(lower(firewall, reporter));
  const std::vector<model::Interception> proxies = lower_portproxies(firewall);
  facts.host.interceptions.insert(facts.host.interceptions.end(), proxies.begin(), proxies.end());
  note_language(sections, result);
  model::sort_by_place(result.diagnostics);
  return result;
}

constexpr Importer kImporter = {
    .name = "netsh",
    .summary = "Windows Firewall: netsh listings, netsh and PowerShell scripts",
    .facts_only = false,
    .takes_preamble = true,
    .is_host_format = true,
    .starts_at = starts_at,
    .nearly = nearly,
    .import = import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::netsh
