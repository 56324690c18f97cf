using System.Collections.Generic;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>The script that handles jobs.</summary>
/// <param name="Block">The script block. A file's block keeps its file name and lines.</param>
/// <param name="IsFile">
/// Whether the script is a file. Files run in their own scope, like with PowerShell's <c>&amp;</c>.
/// </param>
/// <param name="Preferences">The script's preference variables, by name.</param>
internal sealed record HandlerScript(ScriptBlock Block, bool IsFile, IReadOnlyDictionary<string, object> Preferences);
