using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>The <c>-Select</c> expression of AWS.Tools' cmdlets. Checked before the cmdlet calls the service.</summary>
internal sealed class SelectExpression
{
    private const BindingFlags Public = BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase;

    // AWS.Tools has objects with a Value property for these texts.
    private static readonly string[] s_constants = { "Status", "Category", "Owner", "Type", "LocationType" };

    private readonly PropertyInfo? _parameter;
    private readonly List<PropertyInfo> _path = new();
    private readonly bool _isOfJob;

    private SelectExpression(string select, Type command, Type response)
    {
        if (select == "*")
        {
            return;
        }

        if (select[0] == '^')
        {
            _parameter = Parameter(command, select.Substring(1)) ?? throw Unknown(select, select.Substring(1));
            return;
        }

        string[] names = select.Split('.');
        _isOfJob = response.GetProperty(names[0], Public) is null;
        Type type = _isOfJob ? typeof(ThirdPartyJobDetail) : response;
        for (int i = 0; i < names.Length; i++)
        {
            type = ItemOf(type);
            if (i > 0 && names[i].Equals("Value", StringComparison.OrdinalIgnoreCase) && type == typeof(string)
                && s_constants.Contains(names[i - 1], StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            // Our details have JobId; AWS.Tools' details have Id.
            bool isId = type == typeof(ThirdPartyJobDetail)
                && names[i].Equals("Id", StringComparison.OrdinalIgnoreCase);
            PropertyInfo step = type == typeof(string) ? throw Unknown(select, names[i])
                : type.GetProperty(isId ? nameof(ThirdPartyJob.JobId) : names[i], Public)
                ?? throw Unknown(select, names[i]);
            _path.Add(step);
            type = step.PropertyType;
        }
    }

    /// <summary>Whether the expression selects from the service's response instead of the job built from it.</summary>
    public bool IsFromResponse => _parameter is null && !_isOfJob;

    /// <summary>Parses an expression. Returns <see langword="null"/> for the cmdlet's own output.</summary>
    /// <param name="select">
    /// <c>*</c>: the whole response; <c>^Name</c>: a parameter; otherwise a property of the response or of the job, or
    /// a path of properties.
    /// </param>
    /// <param name="isPassThru">Whether -PassThru is set, which means <c>^JobId</c> in AWS.Tools.</param>
    /// <param name="command">The cmdlet type.</param>
    /// <param name="response">The response type.</param>
    /// <exception cref="InvalidInputException">The expression names an unknown property or parameter.</exception>
    public static SelectExpression? Parse(string? select, bool isPassThru, Type command, Type response) =>
        string.IsNullOrEmpty(select) ? (isPassThru ? new SelectExpression("^JobId", command, response) : null)
        : isPassThru ? throw new InvalidInputException(
            "PassThru", "-PassThru and -Select cannot be used together.", "Use -Select '^JobId' for the job id.")
        : new SelectExpression(select!, command, response);

    /// <summary>The selected values.</summary>
    public IEnumerable<object> From(ServiceResponse response, ThirdPartyJob job, JobCommandBase command)
    {
        if (_parameter is not null)
        {
            // The job has the resolved token. The parameter may be a table or a script block.
            object? given = _parameter.Name == nameof(JobCommandBase.ClientToken) ? job.ClientToken
                : _parameter.GetValue(command);
            return given is null ? Array.Empty<object>() : new[] { given };
        }

        IEnumerable<object> found = new object[] { _isOfJob ? job : response };
        foreach (PropertyInfo step in _path)
        {
            found = found.SelectMany(each => Step(each, step)).ToArray();
        }

        return found;
    }

    private static IEnumerable<object> Step(object source, PropertyInfo step)
    {
        // A job without details has none of their properties.
        object? value = step.DeclaringType!.IsInstanceOfType(source) ? step.GetValue(source) : null;
        return value is null ? Array.Empty<object>()
            : ItemOf(step.PropertyType) != step.PropertyType ? ((IEnumerable)value).Cast<object>()
            : new[] { value };
    }

    /// <summary>The item type of a list; any other type unchanged.</summary>
    private static Type ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? type.GetGenericArguments()[0]
            : type;

    private static PropertyInfo? Parameter(Type command, string name) => command.GetProperties()
        .Where(property => property.IsDefined(typeof(ParameterAttribute), inherit: true)
            && property.Name != nameof(JobCommandBase.InputObject))
        .FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            || CallSettings.AliasesOf(property).Contains(name, StringComparer.OrdinalIgnoreCase));

    private static InvalidInputException Unknown(string select, string name) => new(
        "Select", $"-Select '{select}' names '{name}', which does not exist.",
        "Use '*', a property of the response or of the job, a path such as "
        + "JobDetails.Data.InputArtifacts.Name, or '^JobId'.");
}
