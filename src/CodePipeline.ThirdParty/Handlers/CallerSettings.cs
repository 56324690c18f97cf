using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>What handlers have of their caller: preferences, place, sessions, values of <c>$using:</c>.</summary>
internal static class CallerSettings
{
    private const string FileSystem = "FileSystem";

    private static readonly string[] s_preferences =
    {
        "DebugPreference", "InformationPreference", "ProgressPreference", "VerbosePreference", "WarningPreference",
        "PSNativeCommandUseErrorActionPreference",
    };

    public static RunspaceSettings Capture(PSCmdlet caller, HandlerScript script, SessionStore sessions)
    {
        // A runspace of ours would let the script do what its caller may not.
        if (caller.SessionState.LanguageMode != PSLanguageMode.FullLanguage)
        {
            throw new InvalidInputException(
                "ThrottleLimit",
                $"PowerShell is in {caller.SessionState.LanguageMode} mode here, and above 1 handlers run in runspaces "
                + "of their own.",
                "Use -ThrottleLimit 1, and more workers for more jobs at once.");
        }

        var preferences = new Dictionary<string, object>();
        foreach (string name in s_preferences)
        {
            if (caller.SessionState.PSVariable.GetValue(name) is object value)
            {
                preferences[name] = value;
            }
        }

        PathInfo place = caller.SessionState.Path.CurrentLocation;
        return new RunspaceSettings
        {
            Using = UsingVariables.Collect(script.Block, caller),
            Location = place.Provider.Name == FileSystem ? place.ProviderPath : null,
            Preferences = preferences,
            Sessions = sessions.All().ToList(),
        };
    }

    /// <summary>Common parameters rule the handlers too: they are where messages come from.</summary>
    public static IReadOnlyDictionary<string, object> GivenPreferences(PSCmdlet cmdlet)
    {
        var preferences = new Dictionary<string, object>();
        foreach (KeyValuePair<string, object> given in cmdlet.MyInvocation.BoundParameters)
        {
            string? name = given.Key switch
            {
                "Debug" => "DebugPreference",
                "InformationAction" => "InformationPreference",
                "ProgressAction" => "ProgressPreference",
                "Verbose" => "VerbosePreference",
                "WarningAction" => "WarningPreference",
                _ => null,
            };
            if (name is not null)
            {
                preferences[name] = given.Value is SwitchParameter flag
                    ? flag ? ActionPreference.Continue : ActionPreference.SilentlyContinue
                    : given.Value;
            }
        }

        return preferences;
    }
}
