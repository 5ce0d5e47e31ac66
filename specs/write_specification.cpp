#include "specs/write_specification.h"

#include <fmt/format.h>

#include <utility>

namespace fwproof::specs {
namespace {

using Members = std::vector<std::string>;  // "\"id\": \"x\""

std::string joined(const Members& members, std::string_view separator) {
  std::string text;
  for (const std::string& member : members) text += (text.empty() ? "" : std::string(separator)) + member;
  return text;
}
std::string object(const Members& members) { return "{" + joined(members, ", ") + "}"; }

std::string member(std::string_view key, std::string_view value) { return fmt::format("\"{}\": {}", key, value); }
void add_text(Members& members, std::string_view key, const std::string& text) {
  if (!text.empty()) members.push_back(member(key, json_text(text)));
}

std::string text_list(const std::vector<std::string>& texts) {
  Members items;
  for (const std::string& text : texts) items.push_back(json_text(text));
  return "[" + joined(items, ", ") + "]";
}

// One item stays on the line of its key, several get a line each.
std::string list_of(const Members& items, bool always_lines) {
  if (items.size() == 1 && !always_lines) return "[" + items[0] + "]";
  return "[\n    " + joined(items, ",\n    ") + "\n  ]";
}

std::vector<std::string> port_texts(const model::IntervalSet& ports) {
  std::vector<std::string> texts;
  for (const model::Interval& part : ports.intervals()) {
    const auto lo = static_cast<unsigned>(part.lo), hi = static_cast<unsigned>(part.hi);
    texts.push_back(lo == hi ? std::to_string(lo) : fmt::format("{}-{}", lo, hi));
  }
  return texts;
}

void add_cite(Members& members, const model::Citation& citation) {
  if (citation.line == 0) return;
  Members cite = {member("line", std::to_string(citation.line))};
  add_text(cite, "sha256", citation.sha256);
  members.push_back(member("cite", object(cite)));
}

// ---- head ---------------------------------------------------------------------------------------------------------

std::string document(const model::Citation& citation) {
  Members members = {member("title", json_text(citation.document))};
  add_text(members, "revision", citation.revision);
  add_text(members, "file", citation.file);
  add_text(members, "sha256", citation.sha256);
  return object(members);
}

std::string_view strictness_text(model::Strictness strictness) {
  switch (strictness) {
    case model::Strictness::violation: return "\"violation\"";
    case model::Strictness::warning: return "\"warning\"";
    case model::Strictness::ignore: return "\"ignore\"";
  }
  return "";
}

// Nothing where it would say what holds without it.
void add_unlisted(Members& members, const Specification& spec) {
  if (spec.unlisted_tcp == model::Strictness::warning && spec.unlisted_other == model::Strictness::warning && spec.unlisted_citation.line == 0) return;
  Members unlisted = {member("tcp", strictness_text(spec.unlisted_tcp)), member("other", strictness_text(spec.unlisted_other))};
  add_cite(unlisted, spec.unlisted_citation);
  members.push_back(member("unlisted", object(unlisted)));
}

// ANY first, for it is in every document.
std::string roles(const std::map<std::string, Role>& roles) {
  Members items;
  const auto add = [&](const std::string& name, const Role& role) {
    Members title;
    add_text(title, "title", role.title);
    items.push_back(json_text(name) + ": " + object(title));
  };
  if (const auto any = roles.find("ANY"); any != roles.end()) add(any->first, any->second);
  for (const auto& [name, role] : roles)
    if (name != "ANY") add(name, role);
  return "{\n    " + joined(items, ",\n    ") + "\n  }";
}

// ---- rows ---------------------------------------------------------------------------------------------------------

// A decided one without more to say is a text.
std::string reading(const Reading& reading) {
  if (reading == Reading{.chosen = reading.chosen}) return json_text(reading.chosen);
  Members members;
  add_text(members, "open", reading.open);
  members.push_back(member("chosen", json_text(reading.chosen)));
  add_text(members, "alternative", reading.alternative);
  if (reading.review) members.push_back(member("review", "true"));
  add_text(members, "accepted", reading.accepted);
  return object(members);
}

std::string readings(const std::vector<Reading>& all) {
  Members items;
  for (const Reading& one : all) items.push_back(reading(one));
  return items.size() == 1 ? items[0] : "[" + joined(items, ",\n                 ") + "]";
}

// What is compared with firewalls.
Members row_head(const Row& row) {
  Members head;
  add_text(head, "id", row.id);
  head.push_back(member("from", text_list(row.from)));
  head.push_back(member("to", text_list(row.to)));
  add_text(head, "protocol", row.protocol);
  if (!row.ports.empty()) head.push_back(member("ports", text_list(row.port_texts.empty() ? port_texts(row.ports) : row.port_texts)));
  if (!row.src_ports.empty() && row.src_ports != model::IntervalSet::range(1024, 65535)) head.push_back(member("src_ports", text_list(port_texts(row.src_ports))));
  head.push_back(member("optional", row.optional ? "true" : "false"));
  add_text(head, "program", row.program);
  add_text(head, "service", row.service);
  if (row.dynamic_rpc) head.push_back(member("dynamic", "\"rpc\""));
  return head;
}

std::string row_text(const Row& row) {
  Members lines = {joined(row_head(row), ", ")};
  add_text(lines, "description", row.description);
  if (!row.readings.empty()) lines.push_back(member("reading", readings(row.readings)));
  add_cite(lines, row.citation);
  return "{" + joined(lines, ",\n     ") + "}";
}

// ---- constraints, notes, left_over --------------------------------------------------------------------------------

std::string constraint_text(const Constraint& constraint) {
  Members members = {member("kind", json_text(to_text(constraint.kind)))};
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"from", &constraint.from}, {"to", &constraint.to}, {"alternatives", &constraint.alternatives}};
  for (const auto& [key, texts] : lists)
    if (!texts->empty()) members.push_back(member(key, text_list(*texts)));
  add_cite(members, constraint.citation);
  return object(members);
}

std::string note_text(const Note& note) {
  Members members = {member("text", json_text(note.text))};
  add_cite(members, note.citation);
  return object(members);
}

std::string left_over_text(const LeftOver& left) {
  Members members = {member("text", json_text(left.text)), member("why", json_text(left.why))};
  add_cite(members, left.citation);
  return object(members);
}

template <class Thing>
Members each(const std::vector<Thing>& things, std::string (*text)(const Thing&)) {
  Members items;
  for (const Thing& thing : things) items.push_back(text(thing));
  return items;
}

std::string specification_text(const Specification& spec) {
  Members members = {member("id", json_text(spec.id)), member("title", json_text(spec.title))};
  if (!spec.document.document.empty()) members.push_back(member("document", document(spec.document)));
  add_unlisted(members, spec);
  members.push_back(member("roles", roles(spec.roles)));
  members.push_back(member("rows", list_of(each(spec.rows, row_text), true)));
  if (!spec.constraints.empty()) members.push_back(member("constraints", list_of(each(spec.constraints, constraint_text), false)));
  if (!spec.notes.empty()) members.push_back(member("notes", list_of(each(spec.notes, note_text), false)));
  if (!spec.left_over.empty()) members.push_back(member("left_over", list_of(each(spec.left_over, left_over_text), true)));
  return "{\n  " + joined(members, ",\n  ") + "\n}";
}

}  // namespace

std::string write_specification(const Specification& specification) { return specification_text(specification) + "\n"; }

std::string write_specifications(const std::vector<Specification>& specifications) {
  if (specifications.size() == 1) return write_specification(specifications[0]);
  Members items;
  for (const Specification& one : specifications) items.push_back(specification_text(one));
  return "[\n" + joined(items, ",\n") + "\n]\n";
}

}  // namespace fwproof::specs
