"""``sonolex completion``: what a shell needs to complete commands, options and their values."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    r"""Print the script that makes SHELL complete commands, options and their values.

    \b
    bash   echo 'eval "$(sonolex completion bash)"' >> ~/.bashrc
    zsh    echo 'eval "$(sonolex completion zsh)"' >> ~/.zshrc
    fish   sonolex completion fish > ~/.config/fish/completions/sonolex.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # click has one for each of the three
    root = context.find_root().command
    # Without `source`, which starts bash to ask for its version.
    script = kind(root, {}, "sonolex", "_SONOLEX_COMPLETE")
    click.echo(script.source_template % script.source_vars())
