#include <algorithm>
#include <fstream>
#include <sstream>

#include "specs/reader.h"
#include "specs/site.h"
#include "specs/values.h"

namespace fwproof::specs {
namespace {

using model::Diagnostic;
using model::DiagnosticId;

class Binding {
 public:
  explicit Binding(std::string_view text) : text_(text) {}

  std::vector<Diagnostic> take() { return std::move(diagnostics_); }

  void run(std::map<std::string, model::Zone>& zones) {
    const size_t equals = text_.find('=');
    if (equals == std::string_view::npos) return error("expected ROLE=ADDRESS,…, found " + quoted(text_));
    const std::string name(text_.substr(0, equals));
    if (!check_name(name)) return;
    add_parts(text_.substr(equals + 1));
    if (!diagnostics_.empty()) return;
    if (list_.v4.empty() && list_.v6.empty()) return error(quoted(text_) + " binds no address");
    model::Zone& zone = zones[name];
    zone.name = name;
    zone.bound = true;
    zone.addresses = zone.addresses.united(list_.set());
  }

 private:
  void error(std::string message, DiagnosticId id = DiagnosticId::bind_invalid) {
    if (diagnostics_.size() >= kMaxDiagnostics) return;
    Diagnostic diagnostic;
    diagnostic.id = id;
    diagnostic.severity = model::Severity::error;
    diagnostic.message = std::move(message);
    diagnostics_.push_back(std::move(diagnostic));
  }

  bool check_name(const std::string& name) {
    const size_t colon = name.find(':');
    const std::string role = colon == std::string::npos ? name : name.substr(colon + 1);
    if (role == "ANY") error("ANY stands for every address and cannot be bound");
    else if (!is_role_name(role) || (colon != std::string::npos && !is_role_name(std::string_view(name).substr(0, colon))))
      error(quoted(name) + " is not ROLE or SPEC:ROLE");
    return diagnostics_.empty();
  }

  void add_parts(std::string_view parts) {
    while (true) {
      const size_t comma = parts.find(',');
      add_part(parts.substr(0, comma));
      if (comma == std::string_view::npos) return;
      parts.remove_prefix(comma + 1);
    }
  }

  void add_part(std::string_view part) {
    if (part.empty()) return error(quoted(text_) + " holds an empty address");
    if (part.front() == '@') return add_file(std::string(part.substr(1)));
    const std::string wrong = add_address(part, list_);
    if (!wrong.empty()) error(quoted(text_) + ": " + wrong);
  }

  // One address, prefix or range a line; "#" starts a comment.
  void add_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream bytes;
    if (!in || !(bytes << in.rdbuf())) {
      if (!in || in.peek() != std::ifstream::traits_type::eof() || in.bad()) return error("cannot read the file " + quoted(path), DiagnosticId::input_missing);
    }
    const std::string text = bytes.str();
    size_t number = 0;
    const size_t before = list_.v4.size() + list_.v6.size();
    for (size_t start = 0; start < text.size();) {
      const size_t end = std::min(text.find('\n', start), text.size());
      add_line(path, ++number, std::string_view(text).substr(start, end - start));
      start = end + 1;
    }
    if (diagnostics_.empty() && list_.v4.size() + list_.v6.size() == before) error("the file " + quoted(path) + " holds no address");
  }

  void add_line(const std::string& path, size_t number, std::string_view line) {
    constexpr std::string_view kBlank = " \t\r";
    line = line.substr(0, line.find('#'));
    const size_t first = line.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return;
    line = line.substr(first, line.find_last_not_of(kBlank) + 1 - first);
    const std::string wrong = add_address(line, list_);
    if (!wrong.empty()) error(path + ":" + std::to_string(number) + ": " + wrong);
  }

  std::string_view text_;
  AddressList list_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace

std::vector<Diagnostic> bind(std::string_view text, std::map<std::string, model::Zone>& zones) {
  Binding binding(text);
  binding.run(zones);
  return binding.take();
}

}  // namespace fwproof::specs
