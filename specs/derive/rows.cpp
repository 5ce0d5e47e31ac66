#include "specs/derive/rows.h"

#include <algorithm>

#include "specs/digest.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kMostDescription = 2000;
constexpr size_t kMostIdPart = 60;
constexpr std::pair<uint32_t, uint32_t> kClientPorts = {1024, 65535};

model::IntervalSet set_of(const std::vector<std::pair<uint32_t, uint32_t>>& ports) {
  std::vector<model::Interval> intervals;
  for (const auto& [lo, hi] : ports) intervals.push_back({lo, hi});
  return model::IntervalSet::from(std::move(intervals));
}

std::string port_text(const std::pair<uint32_t, uint32_t>& ports) {
  return ports.first == ports.second ? std::to_string(ports.first) : std::to_string(ports.first) + "-" + std::to_string(ports.second);
}

// "443+993", "icmp" without ports, "rpc-EdgeSyncSvc.exe" where RPC chooses them.
std::string port_part(const Draft& draft, const Row& row) {
  if (draft.dynamic_rpc && !draft.program.empty()) return "rpc-" + slug(draft.program);
  if (row.port_texts.empty()) return std::string(transport_name(draft.protocol));
  return clip(join(row.port_texts, "+"), kMostIdPart);
}

std::string row_id(const Draft& draft, const Row& row, UniqueNames& ids) {
  std::string id = port_part(draft, row) + "-" + clip(join(row.from, "+"), kMostIdPart) + "-" + clip(join(row.to, "+"), kMostIdPart);
  if (!row.port_texts.empty() && draft.protocol != 6) id.append("-").append(transport_name(draft.protocol));
  return ids.take(id);
}

std::vector<std::string> ids_of(const std::vector<std::string>& names, RoleBook& book, Specification& spec) {
  std::vector<std::string> ids;
  for (const std::string& name : names) {
    const bool unnamed = name == kServer && !book.knows(name);
    std::string id = unnamed ? kServer : book.id_of(name);
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    if (id != kAny) spec.roles.try_emplace(id, unnamed ? Role{"the system that the document is about", false} : book.role(id));
    ids.push_back(std::move(id));
  }
  return ids;
}

Row finish_row(Draft& draft, RoleBook& book, Citations& citations, Specification& spec, UniqueNames& ids) {
  Row row;
  row.from = ids_of(draft.from, book, spec);
  row.to = ids_of(draft.to, book, spec);
  row.protocol = transport_name(draft.protocol);
  row.protocol_number = draft.protocol;
  row.ports = set_of(draft.ports);
  for (const auto& ports : draft.ports) row.port_texts.push_back(port_text(ports));
  if (!row.ports.empty()) row.src_ports = set_of(draft.src_ports.empty() ? std::vector{kClientPorts} : draft.src_ports);
  row.optional = draft.optional;
  row.program = draft.program;
  row.dynamic_rpc = draft.dynamic_rpc;
  row.description = clip(draft.description, kMostDescription);
  row.readings = std::move(draft.readings);
  row.citation = citations.at(draft.line);
  row.id = row_id(draft, row, ids);
  return row;
}

// A name that no row has would only be noise; NAT loopback and the like are about the hosts that rows protect.
void finish_remarks(Group& group, Citations& citations, Specification& spec) {
  spec.unlisted_tcp = group.tcp_complete ? model::Strictness::violation : model::Strictness::warning;
  spec.unlisted_other = group.other_complete ? model::Strictness::violation : model::Strictness::warning;
  if (group.complete_line > 0) spec.unlisted_citation = citations.at(group.complete_line);
  for (auto& [constraint, line] : group.constraints) {
    constraint.citation = citations.at(line);
    spec.constraints.push_back(std::move(constraint));
  }
  std::stable_sort(group.left_over.begin(), group.left_over.end(),
                   [](const LeftOver& a, const LeftOver& b) { return a.citation.line < b.citation.line; });
  for (LeftOver& left : group.left_over) {
    left.citation = citations.at(left.citation.line);
    spec.left_over.push_back(std::move(left));
  }
}

}  // namespace

Reading open_reading(std::string open, std::string chosen, std::string alternative) {
  return {std::move(open), std::move(chosen), std::move(alternative), true, {}};
}

Citations::Citations(const Document& document, const DeriveOptions& options, std::string title, std::string revision) : lines_(document_lines(document.text)) {
  whole_.document = std::move(title);
  whole_.revision = std::move(revision);
  whole_.file = options.file;
  whole_.sha256 = sha256(document.text);
}

model::Citation Citations::at(uint32_t line) {
  model::Citation citation = whole_;
  citation.line = line;
  citation.sha256.clear();
  if (line == 0 || line > lines_.size()) return citation;
  std::string& digest = digests_[line];
  if (digest.empty()) digest = sha256(lines_[line - 1]);
  citation.sha256 = digest;
  return citation;
}

Specification finish(Group group, std::string id, RoleBook& book, Citations& citations) {
  Specification spec;
  spec.id = std::move(id);
  spec.title = group.title;
  spec.document = citations.whole();
  spec.roles[kAny] = {};
  UniqueNames ids;
  for (Draft& draft : group.drafts) spec.rows.push_back(finish_row(draft, book, citations, spec, ids));
  finish_remarks(group, citations, spec);
  return spec;
}

}  // namespace fwproof::specs::derive
