#include "importers/text/xml.h"

#include <algorithm>

namespace fwproof::importers::text {
namespace {

using model::LineClass;

// The next element in the order of the file, without recursion; `inside` false skips what is in the node.
pugi::xml_node next_node(pugi::xml_node node, pugi::xml_node top, bool inside) {
  if (inside && node.first_child()) return node.first_child();
  while (node && node != top) {
    if (node.next_sibling()) return node.next_sibling();
    node = node.parent();
  }
  return {};
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

XmlFile::XmlFile(std::span<const std::string_view> lines, uint32_t first_line) : first_line_(first_line) {
  for (const std::string_view line : lines) {
    starts_.push_back(text_.size());
    text_ += line;
    text_ += '\n';
  }
  if (starts_.empty()) starts_.push_back(0);
  if (static_cast<size_t>(std::count(text_.begin(), text_.end(), '<')) > kMaxXmlTags) {
    problem_ = "there are more than " + std::to_string(kMaxXmlTags) + " tags";
    problem_line_ = first_line_;
    too_large_ = true;
    return;
  }
  constexpr unsigned kFlags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_wconv_attribute | pugi::parse_doctype;
  const pugi::xml_parse_result result = document_.load_buffer_inplace(text_.data(), text_.size(), kFlags, pugi::encoding_utf8);
  if (!result) {
    problem_ = result.status == pugi::status_end_element_mismatch ? "an end tag does not belong to the element that is open here"
                                                                  : std::string("this is no well-formed XML: ") + result.description();
    problem_line_ = line_at(static_cast<size_t>(std::max<ptrdiff_t>(result.offset, 0)));
    return;
  }
  check_prolog();
  if (problem_.empty()) check_depth();
}

uint32_t XmlFile::line_at(size_t offset) const {
  const auto behind = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return first_line_ + static_cast<uint32_t>(behind - starts_.begin()) - 1;
}

uint32_t XmlFile::line_of(pugi::xml_node node) const {
  const ptrdiff_t offset = node.offset_debug();
  return offset < 0 ? first_line_ : line_at(static_cast<size_t>(offset));
}

void XmlFile::check_prolog() {
  size_t roots = 0;
  for (const pugi::xml_node node : document_.children()) {
    if (node.type() == pugi::node_doctype && std::string_view(node.value()).find('[') != std::string_view::npos) {
      problem_ = "the document type declares entities or elements of its own, which a configuration never does";
      problem_line_ = first_line_;
      for (size_t i = 0; i + 1 < starts_.size(); ++i) {
        const std::string_view line(text_.data() + starts_[i], starts_[i + 1] - starts_[i]);
        if (line.find("<!DOCTYPE") != std::string_view::npos) {
          problem_line_ = first_line_ + static_cast<uint32_t>(i);
          break;
        }
      }
      return;
    }
    if (node.type() != pugi::node_element || ++roots < 2) continue;
    problem_ = "there is a second element behind the end of the first one";
    problem_line_ = line_of(node);
    return;
  }
}

void XmlFile::check_depth() {
  size_t depth = 0;
  const pugi::xml_node top = root();
  for (pugi::xml_node node = top; node;) {
    if (depth > kMaxXmlDepth) {
      problem_ = "elements are nested more than " + std::to_string(kMaxXmlDepth) + " deep";
      problem_line_ = line_of(node);
      too_large_ = true;
      return;
    }
    if (node.first_child()) {
      node = node.first_child();
      ++depth;
      continue;
    }
    while (node != top && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    node = node == top ? pugi::xml_node() : node.next_sibling();
  }
}

std::string xml_text(pugi::xml_node node) {
  std::string result;
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) result += child.value();
  return trimmed(result);
}

std::string xml_text(pugi::xml_node node, const char* child) { return xml_text(node.child(child)); }

bool xml_has_elements(pugi::xml_node node) {
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_element) return true;
  return false;
}

XmlAccount::XmlAccount(const XmlFile& file, size_t first, size_t last) : file_(file), account_(last), first_(first), last_(last) {
  account_.unit = "element";
}

void XmlAccount::set(pugi::xml_node node, LineClass line_class, std::string_view construct) {
  seen_.insert(node.internal_object());
  if (!xml_has_elements(node)) account_.set(file_.line_of(node), line_class, construct);
}

void XmlAccount::set_all(pugi::xml_node node, LineClass line_class, std::string_view construct) {
  for (pugi::xml_node each = node; each; each = next_node(each, node, true))
    if (each.type() == pugi::node_element && !is_set(each)) set(each, line_class, construct);
}

std::vector<pugi::xml_node> XmlAccount::finish() {
  std::vector<pugi::xml_node> rest;
  const pugi::xml_node top = file_.root();
  for (pugi::xml_node node = top; node; node = next_node(node, top, true)) {
    if (node.type() == pugi::node_pcdata && !is_blank(node.value()) && xml_has_elements(node.parent()) && !is_set(node.parent())) {
      account_.set(file_.line_of(node.parent()), LineClass::unrecognised, "text beside elements");
      continue;
    }
    if (node.type() != pugi::node_element || is_set(node) || xml_has_elements(node)) continue;
    account_.set(file_.line_of(node), LineClass::unrecognised, "element that no importer knows");
    rest.push_back(node);
  }
  for (size_t line = first_; line <= last_; ++line) account_.set_blank(line);
  return rest;
}

}  // namespace fwproof::importers::text
