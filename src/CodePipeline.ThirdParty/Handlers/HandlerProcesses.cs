using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// The processes that a handler starts, told from others by a variable that they inherit: a child of a child that has
/// ended is nobody's child any more, and may keep the handler waiting for as long as it holds the handler's output.
/// </summary>
/// <remarks>
/// The environment is that of the whole process. Handlers that run at the same time share their mark, so that the
/// processes of none of them can be told. Linux shows the environment of other processes; elsewhere none is found.
/// </remarks>
internal sealed class HandlerProcesses : IDisposable
{
    /// <summary>The variable.</summary>
    public const string Variable = "CPTHIRDPARTY_HANDLER";

    private static readonly object s_lock = new();
    private static int s_running;
    private static HandlerProcesses? s_first;

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private bool _isShared;
    private bool _isOver;

    private HandlerProcesses()
    {
    }

    /// <summary>A handler begins; it ends with <see cref="Dispose"/>.</summary>
    public static HandlerProcesses Begin()
    {
        var handler = new HandlerProcesses();
        lock (s_lock)
        {
            if (s_running++ == 0)
            {
                s_first = handler;
                Environment.SetEnvironmentVariable(Variable, handler._mark);
            }
            else
            {
                handler._isShared = true;
                s_first!._isShared = true;
            }
        }

        return handler;
    }

    /// <summary>Kills them; gives how many.</summary>
    public int Kill()
    {
        lock (s_lock)
        {
            if (_isShared || _isOver)
            {
                return 0;
            }
        }

        int count = 0;
        foreach (string folder in Directory.Exists("/proc") ? Directory.GetDirectories("/proc") : Array.Empty<string>())
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && Has(folder) && Kill(id))
            {
                count++;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (s_lock)
        {
            if (!_isOver)
            {
                _isOver = true;
                if (--s_running == 0)
                {
                    Environment.SetEnvironmentVariable(Variable, null);
                }
            }
        }
    }

    private bool Has(string folder)
    {
        try
        {
            string environment = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "environ")));
            return Array.IndexOf(environment.Split('\0'), $"{Variable}={_mark}") >= 0;
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // Another user's, or gone.
            return false;
        }
    }

    private static bool Kill(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
            return true;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
