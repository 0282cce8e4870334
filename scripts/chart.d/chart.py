"""What scripts/chart does, by Helm's own library."""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import helm_python as helm

CHART = Path(__file__).resolve().parents[2] / "deploy" / "chart"


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/chart")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ["lint", "render", "install", "upgrade"]:
        command = commands.add_parser(name)
        command.add_argument("--values", metavar="FILE", help="values over those of the chart; - is standard input")
        command.add_argument("--name", default="agentrun-admission", help="of the release")
        command.add_argument("--namespace", default="agentrun-admission", help="of the release")
        if name in ["install", "upgrade"]:
            command.add_argument("--kubeconfig", required=True)
    package = commands.add_parser("package")
    package.add_argument("folder", help="where the archive goes")
    uninstall = commands.add_parser("uninstall")
    uninstall.add_argument("--name", default="agentrun-admission")
    uninstall.add_argument("--namespace", default="agentrun-admission")
    uninstall.add_argument("--kubeconfig", required=True)
    arguments = parser.parse_args()
    try:
        with without_links_told():
            return globals()[arguments.command](arguments)
    except helm.HelmError as error:
        print(f"scripts/chart: {str(error).strip()}", file=sys.stderr)
        return 1


@contextlib.contextmanager
def without_links_told() -> Iterator[None]:
    """Helm tells on standard error of each of the chart's symbolic links, which are meant; of all else it may tell."""
    with tempfile.TemporaryFile() as log:
        errors = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(errors, 2)
            os.close(errors)
            log.seek(0)
            for line in log:
                if b"found symbolic link in path" not in line:
                    os.write(2, line)


def values_of(arguments: argparse.Namespace) -> dict:
    if arguments.values is None:
        return {}
    text = sys.stdin.read() if arguments.values == "-" else Path(arguments.values).read_text(encoding="utf-8")
    return helm.values_from_yaml(text)


def lint(arguments: argparse.Namespace) -> int:
    result = helm.lint(CHART, values_of(arguments), strict=True, namespace=arguments.namespace)
    # Severity 1 is information: that an icon is recommended.
    messages = [message for message in result["messages"] if message["severity"] > 1]
    for message in messages:
        print(f"{message['path']}: {message['error']}", file=sys.stderr)
    return 1 if messages or result["errors"] else 0


def render(arguments: argparse.Namespace) -> int:
    with helm.Chart.load(CHART) as chart:
        files = chart.render(values_of(arguments), name=arguments.name, namespace=arguments.namespace)
    for name, text in sorted(files.items()):
        if name.endswith(".yaml") and text.strip():
            print(f"---\n# {name}\n{text}")
    return 0


def cluster(arguments: argparse.Namespace) -> helm.Config:
    return helm.Config(kubeconfig_path=arguments.kubeconfig, namespace=arguments.namespace)


def install(arguments: argparse.Namespace) -> int:
    with cluster(arguments) as config:
        config.install(
            CHART, arguments.name, values_of(arguments), namespace=arguments.namespace, create_namespace=True
        )
    return 0


def upgrade(arguments: argparse.Namespace) -> int:
    with cluster(arguments) as config:
        config.upgrade(CHART, arguments.name, values_of(arguments), namespace=arguments.namespace)
    return 0


def uninstall(arguments: argparse.Namespace) -> int:
    with cluster(arguments) as config:
        config.uninstall(arguments.name)
    return 0


def package(arguments: argparse.Namespace) -> int:
    print(helm.package(CHART, destination=arguments.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
