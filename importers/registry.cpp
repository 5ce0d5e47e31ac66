#include "importers/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <utility>

#include "importers/text/decode.h"
#include "model/in_parts.h"

namespace fwproof::importers {

#define FWPROOF_IMPORTER(name) \
  namespace name {             \
  const Importer& importer();  \
  }
#include "importers/registry.def"
#undef FWPROOF_IMPORTER

namespace {

using model::Diagnostic;
using model::DiagnosticId;
using model::Severity;

const std::vector<const Importer*>& table() {
  static const std::vector<const Importer*> importers = {
#define FWPROOF_IMPORTER(name) &name::importer(),
#include "importers/registry.def"
#undef FWPROOF_IMPORTER
  };
  return importers;
}

bool is_blank(std::string_view line) {
  if (!line.empty() && static_cast<unsigned char>(line.front()) > ' ') return false;   // nearly every line
  return line.find_first_not_of(" \t\r\f\v") == std::string_view::npos;
}

// One file of the host, decoded. Sections point into its text.
struct File {
  uint32_t index = 0;
  std::string path;
  text::Decoded decoded;
  text::Lines lines;
  model::Account account;
  std::vector<const Importer*> importers;  // in the order of their first section
  std::map<std::string, std::string> header;
};

struct Claimed {
  const Importer* importer;
  Section section;
};

Diagnostic make(DiagnosticId id, Severity severity, uint32_t file, uint32_t line, std::string message, std::vector<std::string> notes = {}) {
  Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = severity;
  diagnostic.origin = {file, line};
  diagnostic.message = std::move(message);
  diagnostic.notes = std::move(notes);
  return diagnostic;
}

class HostImport {
 public:
  explicit HostImport(const model::Sources& sources) : sources_(sources) {}

  ImportedHost run(const std::vector<uint32_t>& files, const std::vector<std::string>& as) {
    for (size_t i = 0; i < files.size(); ++i) read(files[i], i < as.size() ? std::string_view(as[i]) : std::string_view());
    import_all();
    check_policies();
    collect_inputs();
    model::sort_by_place(host_.diagnostics);
    for (Diagnostic& diagnostic : host_.diagnostics) {
      // A value that is none is an error of its line, not of the file: what hangs on the line cannot be told, the rest stands.
      if (diagnostic.id == DiagnosticId::address_invalid || diagnostic.id == DiagnosticId::number_invalid)
        diagnostic.severity = Severity::error;
      else
        host_.understood &= diagnostic.severity != Severity::error;
    }
    return std::move(host_);
  }

 private:
  void refuse(Diagnostic diagnostic) {
    host_.understood = false;
    host_.diagnostics.push_back(std::move(diagnostic));
  }

  void read(uint32_t index, std::string_view as) {
    files_.push_back(std::make_unique<File>());
    File& file = *files_.back();
    file.index = index;
    if (index >= sources_.files.size()) return refuse(make(DiagnosticId::input_missing, Severity::error, index, 0, "there is no such input"));
    const model::SourceFile& source = sources_.files[index];
    file.path = source.path;
    file.decoded = text::decode(source.bytes);
    file.lines = text::split_lines(file.decoded.text);
    file.account = model::Account(file.lines.lines.size());
    bool empty = true;
    for (size_t i = 0; i < file.lines.lines.size(); ++i) {
      if (is_blank(file.lines.lines[i])) file.account.set_blank(i + 1);
      else empty = false;
    }
    if (empty) return refuse(make(DiagnosticId::input_empty, Severity::error, index, 0, "the file is empty"));
    if (file.decoded.mixed)
      return refuse(make(DiagnosticId::input_binary, Severity::error, index, 1, "the file is UTF-16 with text of another encoding appended to it",
                         {"save each output in a file of its own, or write all of them in one encoding"}));
    if (file.decoded.binary) return refuse(make(DiagnosticId::input_binary, Severity::error, index, 1, "the file is not text"));
    if (file.lines.too_long)
      return refuse(make(DiagnosticId::input_too_large, Severity::error, index, static_cast<uint32_t>(file.lines.too_long),
                         fmt::format("the line is longer than {} MiB", text::kMaxLineBytes >> 20)));
    if (as.empty()) recognise(file);
    else force(file, as);
  }

  void force(File& file, std::string_view as) {
    const Importer* importer = find(as);
    if (!importer) {
      std::string known;
      for (const Importer* each : table()) known += fmt::format("{}{}", known.empty() ? "" : ", ", each->name);
      return refuse(make(DiagnosticId::input_unrecognised, Severity::error, file.index, 0, fmt::format("there is no importer '{}'", as), {"known: " + known}));
    }
    claim(file, *importer, 0, file.lines.lines.size());
  }

  void claim(File& file, const Importer& importer, size_t begin, size_t end) {
    Section section;
    section.file = file.index;
    section.first_line = static_cast<uint32_t>(begin + 1);
    const auto first = file.lines.lines.begin() + static_cast<long>(begin), last = file.lines.lines.begin() + static_cast<long>(end);
    // Of a file of one section nobody needs the lines any more.
    if (begin == 0 && end == file.lines.lines.size()) section.lines = std::move(file.lines.lines);
    else section.lines.assign(first, last);
    section.encoding = file.decoded.encoding;
    section.path = file.path;
    claimed_.push_back({&importer, std::move(section)});
    if (std::find(file.importers.begin(), file.importers.end(), &importer) == file.importers.end()) file.importers.push_back(&importer);
  }

  // Cuts the file where an importer claims a line; a run reaches to the next claim of another importer.
  void recognise(File& file) {
    if (cut(file, Claim::yes) || cut(file, Claim::maybe)) return;
    std::vector<std::string> notes;
    for (const Importer* importer : table())
      if (importer->nearly)
        if (std::string reason = importer->nearly(file.lines.lines); !reason.empty()) notes.push_back(fmt::format("{}: {}", importer->name, reason));
    const bool language = !notes.empty() && notes[0].find("language without a table") != std::string::npos;
    const std::string message = language ? notes[0] : "no importer recognises this file";
    uint32_t line = 1;
    while (line < file.lines.lines.size() && is_blank(file.lines.lines[line - 1])) ++line;
    Diagnostic diagnostic = make(language ? DiagnosticId::language_unknown : DiagnosticId::input_unrecognised, Severity::error, file.index, line,
                                 message, std::move(notes));
    diagnostic.line_text = std::string(file.decoded.encoding == "bytes" ? std::string_view() : file.lines.lines[line - 1].substr(0, 120));
    while (!diagnostic.line_text.empty() && !text::is_utf8(diagnostic.line_text)) diagnostic.line_text.pop_back();
    refuse(std::move(diagnostic));
  }

  // A rule or chain above the first table is what is left of a dump whose head is cut off.
  void refuse_rules_above(const File& file, size_t end) {
    for (size_t at = 0; at < end; ++at) {
      const std::string_view line = file.lines.lines[at];
      const bool rule = line.starts_with("-A ") || line.starts_with("-I ") || line.starts_with("-P ") || line.starts_with("COMMIT") ||
                        (line.starts_with(':') && line.find(" [") != std::string_view::npos);
      if (rule)
        return refuse(make(DiagnosticId::input_truncated, Severity::error, file.index, static_cast<uint32_t>(at + 1),
                           "a rule above the first table: the head of the dump is cut off"));
    }
  }

  // A line that two importers claim makes the file nobody's: which of them is right is not for us to guess.
  bool cut(File& file, Claim wanted) {
    const Importer* owner = nullptr;
    size_t begin = 0;
    for (size_t at = 0; (at = next_claim(file, at, wanted, owner)) < file.lines.lines.size(); ++at) {
      const auto [claimer, rival] = claimer_of(file, at, wanted, owner);
      if (rival) {
        refuse_ambiguous(file, at, *claimer, *rival);
        return true;
      }
      if (!claimer || claimer == owner) continue;
      if (owner) claim(file, *owner, begin, at);
      begin = owner || !claimer->takes_preamble ? at : 0;
      if (!owner && !claimer->takes_preamble) refuse_rules_above(file, at);
      owner = claimer;
    }
    if (owner) claim(file, *owner, begin, file.lines.lines.size());
    return owner != nullptr;
  }

  void refuse_ambiguous(File& file, size_t at, const Importer& one, const Importer& other) {
    std::erase_if(claimed_, [&](const Claimed& each) { return each.section.file == file.index; });
    file.importers.clear();
    refuse(make(DiagnosticId::input_ambiguous, Severity::error, file.index, static_cast<uint32_t>(at + 1),
                fmt::format("both {} and {} claim this line", one.name, other.name), {fmt::format("--as {} or --as {} settles it", one.name, other.name)}));
  }

  // The first line from `from` on that somebody else than the owner claims. Lines are asked about on all cores, more at a time the longer nobody does.
  static size_t next_claim(const File& file, size_t from, Claim wanted, const Importer* owner) {
    constexpr size_t kWorthAThread = 8'000;
    const std::vector<std::string_view>& lines = file.lines.lines;
    for (size_t batch = 64; from < lines.size(); from += batch, batch = std::min<size_t>(batch * 4, 65'536)) {
      std::atomic<size_t> first = lines.size();
      model::in_parts(std::min(batch, lines.size() - from), kWorthAThread, [&](size_t begin, size_t end) {
        for (size_t at = from + begin; at < from + end && at < first; ++at)
          if (somebody_claims(lines, at, wanted, owner)) return lower_to(first, at);
      });
      if (first < lines.size()) return first;
    }
    return lines.size();
  }

  static bool somebody_claims(const std::vector<std::string_view>& lines, size_t at, Claim wanted, const Importer* owner) {
    if (owner && owner->only_ours && owner->only_ours(lines[at])) return false;
    return !is_blank(lines[at]) &&
           std::any_of(table().begin(), table().end(), [&](const Importer* importer) { return importer != owner && importer->starts_at(lines, at) == wanted; });
  }

  static void lower_to(std::atomic<size_t>& least, size_t value) {
    size_t known = least;
    while (value < known && !least.compare_exchange_weak(known, value)) {}
  }

  // Who claims the line, and who else does. The owner of the run keeps a line that it claims too, and is only asked when another importer
  // wants it.
  std::pair<const Importer*, const Importer*> claimer_of(const File& file, size_t at, Claim wanted, const Importer* owner) const {
    if (is_blank(file.lines.lines[at])) return {};
    const Importer* found = nullptr;
    const Importer* rival = nullptr;
    for (const Importer* importer : table())
      if (importer != owner && importer->starts_at(file.lines.lines, at) == wanted) (found ? rival : found) = importer;
    if (found && owner && owner->starts_at(file.lines.lines, at) == wanted) return {owner, nullptr};
    return {found, rival};
  }

  void import_all() {
    Facts facts;
    for (const bool facts_only : {true, false})
      for (const Importer* importer : table()) {
        if (importer->facts_only != facts_only) continue;
        std::vector<Section> sections;
        for (Claimed& each : claimed_)
          if (each.importer == importer) sections.push_back(std::move(each.section));
        if (!sections.empty()) take(*importer, sections.front().file, importer->import(sections, facts));
      }
    join_policies();
    host_.facts = std::move(facts.host);
  }

  // What one importer made of the host.
  struct Made {
    const Importer* importer;
    uint32_t file;
    bool is_partial_view;
    std::vector<model::Policy> policies;
  };

  // Two exports of one host's rules: the full one replaces a partial view; two of different firewalls would both have to be passed, and that
  // nobody can put together from here.
  void join_policies() {
    leave_out_what_is_repeated();
    if (made_.size() > 1)
      refuse(make(DiagnosticId::input_ambiguous, Severity::error, made_[1].file, 0,
                  fmt::format("{} and {} are the rules of two firewalls, and this is one host", made_[0].importer->name, made_[1].importer->name),
                  {"give each device its own files; on Linux give the output of 'nft list ruleset' when both nftables and iptables are in use"}));
    for (Made& made : made_)
      for (model::Policy& policy : made.policies) host_.policies.push_back(std::move(policy));
  }

  // Only the nftables rules repeat what iptables-save shows of its nf_tables back end, and a listing that lacks one of its tables does not.
  void leave_out_what_is_repeated() {
    const auto full = std::find_if(made_.begin(), made_.end(), [](const Made& made) { return made.importer->name == "nftables"; });
    if (full == made_.end()) return;
    std::iter_swap(made_.begin(), full);
    const auto repeated = [&](const Made& made) { return made.is_partial_view && repeats(made_.front().policies, made.policies); };
    made_.erase(std::remove_if(made_.begin() + 1, made_.end(), repeated), made_.end());
  }

  static bool repeats(const std::vector<model::Policy>& listing, const std::vector<model::Policy>& part) {
    return std::all_of(part.begin(), part.end(), [&](const model::Policy& policy) {
      return std::all_of(policy.chains.begin(), policy.chains.end(), [&](const model::Chain& chain) {
        const bool does_nothing = chain.rules.empty() && (chain.at_end == model::ActionKind::accept || chain.at_end == model::ActionKind::return_);
        const size_t slash = chain.name.find('/');
        if (does_nothing || slash == std::string::npos) return true;
        const std::string table = chain.name.substr(0, slash + 1);
        return (!policy.v4 || has_table(listing, "ip " + table)) && (!policy.v6 || has_table(listing, "ip6 " + table));
      });
    });
  }

  static bool has_table(const std::vector<model::Policy>& listing, std::string_view prefix) {
    return std::any_of(listing.begin(), listing.end(), [&](const model::Policy& policy) {
      return std::any_of(policy.chains.begin(), policy.chains.end(), [&](const model::Chain& chain) { return chain.name.starts_with(prefix); });
    });
  }

  void take(const Importer& importer, uint32_t first_file, ImportResult result) {
    for (model::Policy& policy : result.policies) name_file(policy, first_file);
    if (!result.policies.empty()) made_.push_back({&importer, first_file, result.is_partial_view, std::move(result.policies)});
    for (Diagnostic& diagnostic : result.diagnostics) host_.diagnostics.push_back(std::move(diagnostic));
    for (const auto& [index, account] : result.accounts)
      for (const auto& file : files_)
        if (file->index == index) {
          file->account.merge(account);
          for (const auto& [key, value] : result.header) file->header.try_emplace(key, value);
        }
  }

  // What stands in no line (a default of the device) belongs to the first of the files that the policy is made of.
  static void name_file(model::Policy& policy, uint32_t file) {
    const auto name = [&](model::Origin& origin) {
      if (origin.line == 0) origin.file = file;
    };
    for (model::Chain& chain : policy.chains) {
      name(chain.at_end_origin);
      for (model::Rule& rule : chain.rules) name(rule.origin);
    }
  }

  void check_policies() {
    for (const model::Policy& policy : host_.policies)
      for (const model::Flaw& flaw : model::find_flaws(policy)) {
        const model::Chain& chain = policy.chains[flaw.chain];
        const model::Origin origin = flaw.rule < chain.rules.size() ? chain.rules[flaw.rule].origin : chain.at_end_origin;
        const bool missing = flaw.kind == model::Flaw::Kind::missing_chain;
        refuse(make(missing ? DiagnosticId::chain_missing : DiagnosticId::chain_loop, Severity::error, origin.file, origin.line,
                    missing ? fmt::format("a rule of chain {} jumps to a chain that does not exist", chain.name)
                            : fmt::format("the jumps of chain {} lead in a circle", chain.name)));
      }
  }

  void collect_inputs() {
    for (const auto& file : files_) {
      ImportedInput input;
      input.file = file->index;
      for (const Importer* importer : file->importers) input.importer += fmt::format("{}{}", input.importer.empty() ? "" : "+", importer->name);
      input.encoding = file->decoded.encoding;
      input.account = std::move(file->account);
      input.header = std::move(file->header);
      host_.inputs.push_back(std::move(input));
    }
  }

  const model::Sources& sources_;
  std::vector<std::unique_ptr<File>> files_;
  std::vector<Claimed> claimed_;
  ImportedHost host_;
  std::vector<Made> made_;
};

}  // namespace

std::span<const Importer* const> all() { return table(); }

const Importer* find(std::string_view name) {
  for (const Importer* importer : table())
    if (importer->name == name) return importer;
  return nullptr;
}

ImportedHost import_host(const model::Sources& sources, const std::vector<uint32_t>& files, const std::vector<std::string>& as) {
  return HostImport(sources).run(files, as);
}

}  // namespace fwproof::importers
