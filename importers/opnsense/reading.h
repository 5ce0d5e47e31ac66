// What reading the pages of a config.xml shares: where things are, and what nobody knows.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/opnsense/parse.h"
#include "importers/opnsense/tables.h"
#include "importers/text/number.h"

namespace fwproof::importers::opnsense {

using model::DiagnosticId;
using pugi::xml_node;
using text::XmlAccount;
using text::XmlFile;

inline std::vector<xml_node> elements(xml_node node) {
  std::vector<xml_node> result;
  for (const xml_node child : node.children())
    if (child.type() == pugi::node_element) result.push_back(child);
  return result;
}

inline bool enabled(xml_node node) {
  const std::string text = text::xml_text(node, "enabled");
  return text != "0" && !text.empty();
}

class Reading {
 public:
  Reading(const Section& section, const XmlFile& file, XmlAccount& account, ImportResult& result) : section_(section), file_(file), account_(account), result_(result) {}

 protected:
  static constexpr size_t kMaxStrange = 100;

  model::Origin origin(xml_node node) const { return {section_.file, file_.line_of(node)}; }
  XmlText text_of(xml_node node) const { return {text::xml_text(node), file_.line_of(node), true}; }
  void gap(xml_node node, std::string text) { config_.gaps.push_back({std::move(text), origin(node)}); }
  // One is enough to make everything uncertain.
  void stranger(std::string what, model::Origin origin) {
    if (config_.strangers.size() < kMaxStrange) config_.strangers.emplace_back(std::move(what), origin);
  }
  void note_gap(const Entry& entry, const std::string& what) {
    if (!entry.unknown.empty()) config_.gaps.push_back({fmt::format("<{}> of the {}", entry.unknown.front(), what), entry.origin});
  }

  void note_unknown(xml_node child, std::vector<std::string>& unknown, const char* note = "what the entry does is taken as unknown") {
    account_.set_all(child, LineClass::unrecognised, "element that no importer knows");
    unknown.push_back(std::string(std::string_view(child.name()).substr(0, 80)));
    if (++strange_ <= kMaxStrange)
      report(section_, result_, DiagnosticId::line_unrecognised, file_.line_of(child), fmt::format("<{}> is not known here, or stands here for the second time", unknown.back()),
             {note});
  }

  template <class Record, size_t N>
  void read(xml_node node, const XmlField<Record> (&fields)[N], Record& record) {
    record.origin = origin(node);
    record.sequence = static_cast<unsigned>(text::parse_decimal(text::xml_text(node, "sequence"), 999'999).value_or(0));
    for (const xml_node child : text::read_record<Record>(account_, file_, node, fields, record)) note_unknown(child, record.unknown);
  }

  template <class Record, size_t N>
  void read_list(xml_node node, const char* item, const XmlField<Record> (&fields)[N], std::vector<Record>& records) {
    account_.set(node, LineClass::modelled, node.name());
    for (const xml_node child : elements(node)) {
      if (std::string_view(child.name()) != item) continue;
      Record record;
      read(child, fields, record);
      account_.set(child, LineClass::modelled, item);
      records.push_back(std::move(record));
    }
  }

  const Section& section_;
  const XmlFile& file_;
  XmlAccount& account_;
  ImportResult& result_;
  Config config_;
  size_t strange_ = 0;
};

}  // namespace fwproof::importers::opnsense
