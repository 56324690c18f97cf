using System;
using System.CommandLine;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>The emulator as a program of its own.</summary>
internal static class Program
{
    private const int CannotStart = 1;
    private const int BadArguments = 2;

    private static async Task<int> Main(string[] arguments)
    {
        EmulatorCommand command = new();
        ParseResult parsed = command.Parse(arguments);
        foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
        }

        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync("Run it with --help for all options.").ConfigureAwait(false);
            return BadArguments;
        }

        try
        {
            // Ours to catch: a failure to start is a message and an exit code, not a stack trace.
            // Signals are TerminationSignal's: the library listens for them only after the emulator has said that it is ready.
            InvocationConfiguration configuration = new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        }
        catch (InvalidInputException e)
        {
            await Console.Error.WriteLineAsync($"{e.InputName}: {e.Message} {e.RecommendedAction}").ConfigureAwait(false);
            return BadArguments;
        }
        catch (EmulatorStartException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message} {e.RecommendedAction}").ConfigureAwait(false);
            return CannotStart;
        }
    }
}
