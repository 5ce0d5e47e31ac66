// An XML file read safely: well-formed or refused with a place, elements know their lines, and every element is accounted for.
// The document's own entities are never expanded; a document type that declares any is refused.
//
//   XmlFile file(section.lines, section.first_line);
//   if (!file.problem().empty()) … file.problem_line() …
//   file.root().child("system"); file.line_of(node); xml_text(node);
#pragma once

#include <cstdint>
#include <memory>
#include <pugixml.hpp>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "model/account.h"

namespace fwproof::importers::text {

// Deeper than any configuration: the deepest known ones have eight levels.
constexpr size_t kMaxXmlDepth = 100;
// Bounds memory: a tag costs about 100 bytes beside its text. The largest configurations known have some 100,000.
constexpr size_t kMaxXmlTags = 4'000'000;

class XmlFile {
 public:
  // `lines` are joined again; line 1 of the text is `first_line` of the file.
  XmlFile(std::span<const std::string_view> lines, uint32_t first_line);
  XmlFile(const XmlFile&) = delete;
  XmlFile& operator=(const XmlFile&) = delete;

  // Empty when the file is well-formed, has one root and stays within the limits.
  const std::string& problem() const { return problem_; }
  uint32_t problem_line() const { return problem_line_; }
  bool too_large() const { return too_large_; }
  // Requires: no problem.
  pugi::xml_node root() const { return document_.document_element(); }
  // The line of the element's start tag.
  uint32_t line_of(pugi::xml_node node) const;

 private:
  uint32_t line_at(size_t offset) const;
  void check_prolog();
  void check_depth();

  std::string text_;
  std::vector<size_t> starts_;
  uint32_t first_line_;
  pugi::xml_document document_;
  std::string problem_;
  uint32_t problem_line_ = 0;
  bool too_large_ = false;
};

// All character data and CDATA directly in the element, without white space around it.
std::string xml_text(pugi::xml_node node);
// The child's text; empty when there is none.
std::string xml_text(pugi::xml_node node, const char* child);
bool xml_has_elements(pugi::xml_node node);

// Who accounts for which element. The unit is the element that carries a setting (one without elements in it); lines that hold none,
// such as end tags, comments and containers, are blank.
class XmlAccount {
 public:
  // Lines `first` to `last` of the file are its business.
  XmlAccount(const XmlFile& file, size_t first, size_t last);
  void set(pugi::xml_node node, model::LineClass line_class, std::string_view construct);
  // The element and everything in it that nobody has accounted for yet.
  void set_all(pugi::xml_node node, model::LineClass line_class, std::string_view construct);
  bool is_set(pugi::xml_node node) const { return seen_.count(node.internal_object()) != 0; }
  void set_line(uint32_t line, model::LineClass line_class, std::string_view construct) { account_.set(line, line_class, construct); }
  // Elements that nobody has accounted for, which become unrecognised.
  std::vector<pugi::xml_node> finish();
  model::Account take() { return std::move(account_); }

 private:
  const XmlFile& file_;
  model::Account account_;
  std::unordered_set<const void*> seen_;
  size_t first_, last_;
};

}  // namespace fwproof::importers::text
