#include "cli/check_folder.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/in_order.h"
#include "cli/progress.h"
#include "cli/sites.h"
#include "report/escape.h"
#include "report/write_json.h"
#include "report/write_text.h"
#include "solver/check.h"

namespace fwproof::cli {
namespace {

// What is kept of a site until its turn comes: text, no report.
struct Answered {
  std::string text;
  int exit_code = exit_holds;
  bool violated = false;
  solver::Proof proofs;
};

Answered answer_of(const std::string& site, const report::Run& run, const Output& output) {
  Answered answered{"", run.exit_code, report::count(run.report).violated > 0, run.report.proofs};
  if (output.is_json()) {
    answered.text = report::site_text_json(site, run);
    return answered;
  }
  std::ostringstream text;
  text << "== " << report::escape(site) << '\n';
  report::write_text(text, run, output.text_options());
  text << '\n';
  answered.text = std::move(text).str();
  return answered;
}

// Writes answers in order and says on the terminal how many there are.
class Writer {
 public:
  Writer(Output& output, size_t sites)
      : output_(output), json_(output.stream(), std::string(kVersion)), progress_(sites, !output.is_quiet()), same_terminal_(&output.stream() == &std::cout && isatty(STDOUT_FILENO) != 0) {}
  ~Writer() {
    progress_.clear();
    json_.end();
  }

  void write(const Answered& answered) {
    if (same_terminal_) progress_.clear();
    if (output_.is_json()) json_.add(answered.text);
    else output_.stream() << answered.text;
    if (same_terminal_) output_.stream().flush();
    violated_ += answered.violated;
    proofs_.add(answered.proofs);
    code_ = worse(code_, answered.exit_code);
    progress_.show(++done_, violated_);
  }
  int code() const { return code_; }
  void show_timing(const OutputArguments& arguments) {
    progress_.clear();
    cli::show_timing(arguments, proofs_);
  }

 private:
  Output& output_;
  report::SitesJson json_;
  Progress progress_;
  bool same_terminal_;
  size_t done_ = 0, violated_ = 0;
  solver::Proof proofs_;
  int code_ = exit_holds;
};

}  // namespace

int check_folder(const std::string& folder, const OutputArguments& arguments, size_t jobs, const CheckSite& check) {
  const std::vector<std::string> sites = sites_below(folder);
  if (sites.empty()) {
    std::cerr << "fwproof: no site file below '" << report::escape(folder) << "': a site is a .json file with a \"site\"\n";
    return exit_input;
  }
  Output output(arguments);
  int code = exit_holds;
  {
    Writer writer(output, sites.size());
    solver::SharedProofs shared;
    const auto make_worker = [&] {
      return [&, session = std::make_unique<solver::ProofSession>(solver::Limits{}, &shared)](const std::string* site) {
        Answered answered;
        check(*site, *session, [&](const report::Run& run) { answered = answer_of(*site, run, output); });
        return answered;
      };
    };
    auto next = sites.begin();
    const auto take = [&](const std::string*& site) { return next != sites.end() && (site = &*next++); };
    in_order<const std::string*, Answered>(std::min(jobs, sites.size()), take, make_worker, [&](const Answered& answered) { writer.write(answered); });
    writer.show_timing(arguments);
    code = writer.code();
  }
  return output.finish() ? code : exit_fault;
}

}  // namespace fwproof::cli
