class Workbench < Formula
  include Language::Python::Virtualenv

  desc "Write, watch and replay the JavaScript that agents run over MCP tools"
  homepage "{repository}"
  url "{repository}/releases/download/v{version}/workbench_mcp-{version}.tar.gz"
  sha256 "{sha256}"
  license "MIT"

  depends_on "rust" => :build # wheels are not used: some of what it needs is built
  depends_on "python@3.13"

  # brew update-python-resources workbench

  def install
    virtualenv_install_with_resources
    man1.install "docs/workbench.1"
    generate_completions_from_executable(bin/"workbench", "completion")
  end

  test do
    assert_match "workbench #{version}", shell_output("#{bin}/workbench --version")
    assert_match "42", shell_output("#{bin}/workbench code exec --code '6 * 7'")
  end
end
