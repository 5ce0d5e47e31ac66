// Rows whose port RPC assigns, and rows that name the service's program (docs/semantics.md, 8.9, 8.10, 13.6).
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace fwproof::tests {
namespace {

constexpr const char* kFile = "c:\\app\\bin\\vendor.app.exe";

// One rule of the host: its program, and how the port came about.
World app_world(const std::string& row_program, bool dynamic, unsigned rpc_port = rpc_any_range) {
  World world({});
  Policy& policy = world.network.devices[0].policies[0];
  policy.programs.add(kFile);
  policy.programs.add("c:\\other\\other.exe");
  const Term program{In{Field::program, policy.programs.atoms(kFile)}, false};
  policy.chains[0].rules = {stateful(), rule({tcp(), program, field_in(Field::rpc_port, IntervalSet::of(rpc_port))}, ActionKind::accept, 3)};
  Requirement& row = world.requirements.rows[0];
  row.ports = IntervalSet::range(1025, 65535);
  row.program = row_program;
  row.dynamic_rpc = dynamic;
  return world;
}

TEST(Dynamic, ARuleOfTheServiceServesIt) {
  const Result result = app_world("app.exe", true).result("8474-ADM-SERVER");
  EXPECT_EQ(result.truth, Truth::holds);
  EXPECT_EQ(result.proof.by, "z3");
  ASSERT_EQ(result.assumes.size(), 1u);
  EXPECT_EQ(result.assumes[0].text, std::string("server: app.exe is ") + kFile);
}

TEST(Dynamic, APortOfTheUsualRangeIsNotEveryPort) {
  EXPECT_EQ(app_world("app.exe", true, rpc_default_range).result("8474-ADM-SERVER").truth, Truth::violated);
}

TEST(Dynamic, WithoutTheRowsWordItCannotBeTold) {
  EXPECT_EQ(app_world("app.exe", false, rpc_default_range).result("8474-ADM-SERVER").truth, Truth::cannot_tell);
  EXPECT_EQ(app_world("app.exe", false, rpc_any_range).result("8474-ADM-SERVER").truth, Truth::violated);
}

TEST(Dynamic, ARowWithoutProgramDependsOnIt) {
  EXPECT_EQ(app_world("", true).result("8474-ADM-SERVER").truth, Truth::cannot_tell);
}

TEST(Dynamic, ANameIsAFileAlsoBehindADot) {
  for (const char* name : {"app.exe", "Vendor.App.exe", "VENDOR.APP.EXE", "C:\\App\\Bin\\Vendor.App.exe"}) {
    World world = app_world(name, true);
    world.network.devices[0].policies[0].programs.set_normalise([](std::string_view given) {
      std::string folded(given);
      for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      return folded;
    });
    EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::holds) << name;
  }
  for (const char* name : {"pp.exe", "other.exe", "app", "vendor.exe", "p.exe", "x\\vendor.app.exe"})
    EXPECT_EQ(app_world(name, true).result("8474-ADM-SERVER").truth, Truth::violated) << name;
}

TEST(Dynamic, TwoFilesOfOneNameMustBothBeLetIn) {
  World world = app_world("app.exe", true);
  world.network.devices[0].policies[0].programs.add("c:\\old\\app.exe");
  EXPECT_EQ(world.result("8474-ADM-SERVER").truth, Truth::cannot_tell);
}

TEST(Dynamic, ThePortsThatAreClosedAreNamed) {
  World world({stateful(), rule({tcp(), field_in(Field::dst_port, IntervalSet::range(6000, 65535))}, ActionKind::accept, 3)});
  world.requirements.rows[0].ports = IntervalSet::range(1025, 65535);
  EXPECT_EQ(world.result("8474-ADM-SERVER").summary, "ADM cannot reach all of SERVER:1025-65535: ports 1025-5999 are closed at server");
  world.network.devices[0].policies[0].chains[0].rules = {stateful(), rule({tcp(), port(5000)}, ActionKind::drop, 2), rule({tcp()}, ActionKind::accept, 3)};
  EXPECT_EQ(world.result("8474-ADM-SERVER").summary, "ADM cannot reach all of SERVER:1025-65535: port 5000 is closed at server");
  world.network.devices[0].policies[0].chains[0].rules = {stateful(), rule({tcp(), port(5000), address_in(Field::src, "192.0.2.128/25")}, ActionKind::drop, 2),
                                                          rule({tcp()}, ActionKind::accept, 3)};
  EXPECT_EQ(world.result("8474-ADM-SERVER").summary,
            "part of ADM (192.0.2.128/25) cannot reach all of SERVER:1025-65535: port 5000 is closed at server");
}

}  // namespace
}  // namespace fwproof::tests
