using System;
using System.CommandLine;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>The entry point of the emulator program.</summary>
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
            await Console.Error.WriteLineAsync("Use --help to list all options.").ConfigureAwait(false);
            return BadArguments;
        }

        try
        {
            // Disable the default exception handler: a start error must give a message and an exit code, not a stack
            // trace. TerminationSignal handles the signals, because the library registers for them too late: after the
            // emulator has reported that it is ready.
            InvocationConfiguration configuration = new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        }
        catch (InvalidInputException e)
        {
            await Console.Error.WriteLineAsync($"{e.InputName}: {e.Message} {e.RecommendedAction}")
                .ConfigureAwait(false);
            return BadArguments;
        }
        catch (EmulatorStartException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message} {e.RecommendedAction}").ConfigureAwait(false);
            return CannotStart;
        }
    }
}
