"""What is wrong with a configuration."""


class Problem(Exception):
    """One thing that is wrong, at a JSON Pointer such as `/roles/0`; `""` is all of the configuration."""

    def __init__(self, pointer: str, message: str) -> None:
        if not isinstance(pointer, str):
            raise TypeError('a Problem begins with the place, such as "/roles/0", or ""')
        super().__init__(message)
        self.pointer = pointer
        self.message = message


class Problems(Exception):
    """Everything that is wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def step(key: object) -> str:
    """A key as one step of a JSON Pointer."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")
