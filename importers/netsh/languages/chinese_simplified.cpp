// Sources: printed outputs and parsers' tests on GitHub (a WSL deployment guide with a verbose output; an EasyTier launcher; a speed test;
// cc-bridge, which names a GBK console); `show allprofiles` with 域配置文件 设置, 状态 打开/启用, 防火墙策略 in two reports. The MMC snap-in's
// words (入站, 出站) are accepted beside netsh's (入, 出).
// Words marked as presumed were in none of these outputs; labels beyond those named are presumed too, and an unknown one only makes its
// rule unknown.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP936"};
constexpr LabelRow kLabels[] = {
    {Key::name, "规则名称"}, {Key::description, "描述"}, {Key::enable, "已启用"}, {Key::enable, "启用"}, {Key::direction, "方向"},
    {Key::profile, "配置文件"}, {Key::group, "分组"}, {Key::local_ip, "本地 IP"}, {Key::local_ip, "本地IP"}, {Key::remote_ip, "远程 IP"},
    {Key::remote_ip, "远程IP"}, {Key::protocol, "协议"}, {Key::local_port, "本地端口"}, {Key::remote_port, "远程端口"},
    {Key::edge, "边缘遍历"}, {Key::program, "程序"}, {Key::service, "服务"}, {Key::interface_type, "接口类型"},
    {Key::computer_group, "远程计算机组"}, {Key::user_group, "远程用户组"}, {Key::security, "安全"}, {Key::security, "安全性"},
    {Key::source, "规则源"}, {Key::action, "操作"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "是", "yes"}, {WordKind::yes_no, "否", "no"},
    {WordKind::direction, "入", "in"}, {WordKind::direction, "入站", "in"}, {WordKind::direction, "出", "out"},
    {WordKind::direction, "出站", "out"},
    {WordKind::profile, "域", "domain"}, {WordKind::profile, "专用", "private"}, {WordKind::profile, "公用", "public"},
    {WordKind::action, "允许", "allow"}, {WordKind::action, "阻止", "block"},
    {WordKind::any, "任何", "any"}, {WordKind::any, "任意", "any"},
    {WordKind::on_off, "启用", "on"}, {WordKind::on_off, "打开", "on"}, {WordKind::on_off, "关闭", "off", true}, {WordKind::on_off, "禁用", "off", true},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "域配置文件 设置"}, {HeadingKind::private_profile, "专用配置文件 设置"},
    {HeadingKind::public_profile, "公用配置文件 设置"}, {HeadingKind::end, "确定。"},
    {HeadingKind::no_rules, "没有与指定标准相匹配的规则。"}, {HeadingKind::no_rules, "没有与指定条件相匹配的规则。"},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "状态"}, {SettingKind::policy, "防火墙策略"}, {SettingKind::other, "日志"}, {SettingKind::other, "文件名"},
};

}  // namespace

const Language chinese_simplified = {"Chinese (simplified)", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
