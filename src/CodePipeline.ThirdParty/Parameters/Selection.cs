using System;
using System.Reflection;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>What <c>-Select</c> of AWS.Tools' cmdlets means on ours.</summary>
internal static class Selection
{
    private const BindingFlags Public = BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase;

    /// <param name="select">
    /// <c>*</c> or nothing: the job; <c>^Name</c>: a parameter; else a property, or a path of properties.
    /// </param>
    /// <param name="job">The answer.</param>
    /// <param name="command">The cmdlet with its parameters.</param>
    public static object? Of(string? select, ThirdPartyJob job, object command)
    {
        if (select is null or "" or "*")
        {
            return job;
        }

        if (select[0] == '^')
        {
            return Read(command, select.Substring(1), select);
        }

        object? value = job;
        foreach (string name in select.Split('.'))
        {
            // AWS.Tools names the whole of the details JobDetails, and a job's id Id.
            bool whole = name.Equals("JobDetails", StringComparison.OrdinalIgnoreCase);
            string ours =
                name.Equals("Id", StringComparison.OrdinalIgnoreCase) && value is ThirdPartyJob ? "JobId" : name;
            value = whole || value is null ? value : Read(value, ours, select);
        }

        return value;
    }

    private static object? Read(object source, string name, string select)
    {
        PropertyInfo property = source.GetType().GetProperty(name, Public) ?? throw new InvalidInputException(
            "Select", $"Select '{select}' names '{name}', which is not there.",
            "Use '*', a property of the output, or '^JobId'.");
        return property.GetValue(source);
    }
}
